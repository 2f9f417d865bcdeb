import { describe, expect, it } from 'vitest';
import { suggest } from './suggest.js';

const KNOWN = ['freshFor', 'keepFor', 'timeout', 'id'];

describe('a suggestion', () => {
  it.each([
    ['fresh_for', 'freshFor'],
    ['KEEP-FOR', 'keepFor'],
    ['timeuot', 'timeout'],
    ['timeouts', 'timeout'],
    ['ids', 'id'],
  ])('for %s is %s', (typed, known) => {
    expect(suggest(typed, KNOWN)).toBe(known);
  });

  it.each(['', 'password', 'x'.repeat(100_000)])(
    'is not made for a word that is similar to none',
    (typed) => {
      expect(suggest(typed, KNOWN)).toBeNull();
    },
  );
});
