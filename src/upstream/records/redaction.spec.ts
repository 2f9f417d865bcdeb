import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { ANY_CHARACTER } from '../../../test/support/any-character.js';
import { jsonType, shownWord, timeForm } from './redaction.js';

describe('a JSON type', () => {
  it.each([
    [undefined, 'absent'],
    [null, 'null'],
    [[], 'array'],
    [{}, 'object'],
    ['', 'string'],
    [0, 'number'],
    [false, 'boolean'],
  ])('of %j is %s', (value, type) => {
    expect(jsonType(value)).toBe(type);
  });
});

describe('a word', () => {
  it.each([
    ['ENTANGLED', 'ENTANGLED'],
    ['in_progress 2.0-b', 'in_progress 2.0-b'],
    ['成功', '成功'],
    [7, '7'],
    ['x'.repeat(40), 'x'.repeat(40)],
    ['x'.repeat(41), 'string of 41 characters'],
    ['', 'string of 0 characters'],
    ['host=core-07', 'string of 12 characters'],
    ['a\nb', 'string of 3 characters'],
    [undefined, 'absent'],
    [{ a: 1 }, 'object'],
  ])('%j is shown as %s', (value, shown) => {
    expect(shownWord(value)).toBe(shown);
  });
});

describe('a time', () => {
  it.each([
    ['2026-13-45T25:61:61Z', '0000-00-00a00:00:00a'],
    ['yesterday', 'aaaaaaaaa'],
    ['2026年5月1日', '0000a0a0a'],
    ['soon\u0000\u{1F600}', 'aaaa???'],
    [1e300, '0a+000'],
    [true, 'boolean'],
    [{}, 'object'],
  ])('%j is shown as %s', (value, shown) => {
    expect(timeForm(value)).toBe(shown);
  });

  it('is shown by its format only, in at most 40 characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: ANY_CHARACTER }), (text) => {
        expect(timeForm(text)).toMatch(/^[a0!-/:-@[-`{-~ ]{0,40}$/);
      }),
    );
  });
});
