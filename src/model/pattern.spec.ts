import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { fits } from './pattern.js';

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
    expect(fits(pattern, text)).toBe(matches);
  });

  it('matches like the same regular expression', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 12 });
    fc.assert(
      fc.property(text, text, (value, pattern) => {
        const expression = pattern.replaceAll('*', '[^]*').replaceAll('?', '[^]');
        expect(fits(pattern, value)).toBe(new RegExp(`^(?:${expression})$`).test(value));
      }),
    );
  });

  it('with many stars is matched in linear time', () => {
    expect(fits(`${'a*'.repeat(60)}b`, 'a'.repeat(256))).toBe(false);
  });
});
