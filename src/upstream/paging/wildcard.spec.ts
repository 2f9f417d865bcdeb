import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { matchesWildcard } from './wildcard.js';

describe('a pattern', () => {
  it.each([
    ['logs', 'logs', true],
    ['logs', 'log', false],
    ['logs', 'Logs', false],
    ['test-1', 'test-*', true],
    ['test-', 'test-*', true],
    ['a-test', 'test-*', false],
    ['c-1', 'c-?', true],
    ['c-', 'c-?', false],
    ['c-12', 'c-?', false],
    ['anything', '*', true],
    ['', '*', true],
    ['', '?', false],
    ['a.c', 'a.c', true],
    ['abc', 'a.c', false],
    ['abab', '*ab', true],
    ['aXbYc', 'a*b*c', true],
  ])('%p by %p: %p', (text, pattern, matches) => {
    expect(matchesWildcard(text, pattern)).toBe(matches);
  });

  it('matches like the same regular expression', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 12 });
    fc.assert(
      fc.property(text, text, (value, pattern) => {
        const expression = pattern.replaceAll('*', '[^]*').replaceAll('?', '[^]');
        expect(matchesWildcard(value, pattern)).toBe(new RegExp(`^(?:${expression})$`).test(value));
      }),
    );
  });

  it('with many stars is matched in linear time', () => {
    expect(matchesWildcard('a'.repeat(256), `${'a*'.repeat(60)}b`)).toBe(false);
  });
});
