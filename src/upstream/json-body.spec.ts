import { describe, expect, it } from '@jest/globals';
import { parseJson } from './json-body.js';

describe('parseJson', () => {
  it.each([
    ['{"a":[1,null]}', { a: [1, null] }],
    ['null', null],
    [' "x" ', 'x'],
    ['', undefined],
    ['<html></html>', undefined],
    ['{"a":1', undefined],
  ])('reads %j as %j', (text, value) => {
    expect(parseJson(text)).toEqual(value);
  });

  it.each([
    ['[', ']'],
    ['{"a":', '}'],
    ['{"0":', '}'],
  ])('reads up to 1,000 levels of %s', (open, close) => {
    const nested = (levels: number): string => `${open.repeat(levels)}1${close.repeat(levels)}`;
    expect(JSON.stringify(parseJson(nested(1000)))).toBe(nested(1000));
    expect(parseJson(nested(1001))).toBeUndefined();
    expect(parseJson(nested(1_000_000))).toBeUndefined();
  });
});
