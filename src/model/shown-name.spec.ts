import { describe, expect, it } from 'vitest';
import { shownName } from './shown-name.js';

describe('the name of a cluster that was found', () => {
  it.each([
    ['logs', 'logs'],
    ['Größe 数据', 'Größe 数据'],
    ['a\r\nSet-Cookie: b\u0000', 'a Set-Cookie: b'],
    ['a\u202Eb\u2028c', 'a b c'],
    ['\u001b[31m', '[31m'],
    ['half \ud83d', 'half \ufffd'],
    ['\n', null],
    [null, null],
  ])('%j is shown as %j', (found, shown) => {
    expect(shownName(found)).toBe(shown);
  });

  it('is cut between characters only', () => {
    expect(shownName('x'.repeat(10_000))).toHaveLength(256);
    expect(shownName(`${'x'.repeat(255)}😀`)?.isWellFormed()).toBe(true);
  });
});
