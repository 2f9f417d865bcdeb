import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { jsonOf, JsonText } from './json-text.js';

describe('JsonText', () => {
  it.each([
    ['{"id":653247040368672768}', { id: '653247040368672768' }],
    ['{"id":-9007199254740993}', { id: '-9007199254740993' }],
    ['{"id":9007199254740991}', { id: 9007199254740991 }],
    ['{"scn":[1,1700000000000000001,{"a":1e999}]}', { scn: [1, '1700000000000000001', { a: '1e999' }] }],
    ['{"part":0.1234567890123456}', { part: 0.1234567890123456 }],
    ['{"part":3.14159265358979323846}', { part: '3.14159265358979323846' }],
    ['{"delay":00.5}', null],
    [
      '{"text":"\\"653247040368672768, 1e999","653247040368672769":2}',
      { text: '"653247040368672768, 1e999', '653247040368672769': 2 },
    ],
    ['{"text":"\\\\","id":653247040368672769}', { text: '\\', id: '653247040368672769' }],
  ])('reads %s as %j', (text, value) => {
    if (value === null) expect(() => new JsonText(text).read()).toThrow(SyntaxError);
    else expect(new JsonText(text).read()).toEqual(value);
  });

  it('keeps the received text except for line breaks and indentation', () => {
    const text = '{\n  "b": 1,\r\n  "a": [\n    "x\\n  y"\n  ],  "b": 2\n}';
    expect(jsonOf(new JsonText(text))).toBe('{"b": 1,"a": ["x\\n  y"],  "b": 2}');
  });

  it('reads the same as JSON.parse where no number is long', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify({ value, also: '-1700000000000000001' }, null, 1);
        fc.pre(!/\d{16}/.test(JSON.stringify(value)));
        expect(new JsonText(text).read()).toEqual(JSON.parse(text));
      }),
    );
  });

  it('reads long texts in linear time', () => {
    const long = '\\"1e999 '.repeat(200_000);
    const text = `{"a":"${long}","b":12345678901234567890}`;
    expect(new JsonText(text).read()).toMatchObject({ b: '12345678901234567890' });
  });
});
