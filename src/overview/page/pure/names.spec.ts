import { describe, expect, it } from 'vitest';
import { nameAmong } from './names.js';

describe('nameAmong', () => {
  it.each([
    [['db', 'id-1'], 'db'],
    [[null, undefined, 'id-1'], 'id-1'],
    [['', 'id-1'], 'id-1'],
    [['   ', 'id-1'], 'id-1'],
    [['\u200B\u00A0', 'id-1'], 'id-1'],
    [['\u202E\u202C', 'id-1'], 'id-1'],
    [[null, ' '], null],
    [['مخدم'], 'مخدم'],
    [['🎉'], '🎉'],
  ])('among %j it is %j', (names, name) => {
    expect(nameAmong(...names)).toBe(name);
  });

  it('leaves out the characters that change the order of letters', () => {
    expect(nameAmong('\u202Egnp.exe\u202C evil')).toBe('gnp.exe evil');
    expect(nameAmong('\u2067a\u2069b')).toBe('ab');
  });
});
