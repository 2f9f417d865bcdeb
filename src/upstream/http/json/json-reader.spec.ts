import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { ANY_CHARACTER } from '../../../../test/support/any-character.js';
import { JsonReader } from './json-reader.js';
import { JsonText } from '@/model/json-text.js';
import { runCooperatively } from '@/scheduling/cooperative.js';
import type { Task } from '@/model/task.js';

const BOUNDS = { partBytes: 8, longestPartBytes: 20_000, mostMarks: 100_000, mostRowMarks: 10_000 };

/** What comes of a body that arrives in chunks of these sizes, in turn. */
function read(body: string | Buffer, sizes: readonly number[] = [7], bounds = BOUNDS): unknown {
  const reader = new JsonReader(bounds);
  const bytes = Buffer.from(body);
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    Array.from(reader.push(bytes.subarray(at, at + size)));
    at += size;
  }
  return whole(reader.end());
}

/** The value with its rows read. */
function whole(value: unknown): unknown {
  if (value instanceof JsonText) return JSON.parse(value.text) as unknown;
  if (Array.isArray(value)) return value.map(whole);
  if (typeof value !== 'object' || value === null) return value;
  for (const [name, inner] of Object.entries(value)) {
    Object.defineProperty(value, name, { ...PLAIN, value: whole(inner) });
  }
  return value;
}

const PLAIN = { writable: true, enumerable: true, configurable: true };

function parse(body: string | Buffer): unknown {
  try {
    return JSON.parse(body.toString()) as unknown;
  } catch {
    return undefined;
  }
}

/** Equal, and with the same order of fields. */
function expectSame(body: string | Buffer, sizes: readonly number[]): void {
  const [found, wanted] = [read(body, sizes), parse(body)];
  expect(JSON.stringify(found)).toBe(JSON.stringify(wanted));
  // Not by a matcher: these take a field named `constructor` for the type.
  expect(isDeepStrictEqual(found, wanted)).toBe(true);
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 });
/** Few of them, so that fields have the same name; some with a meaning of their own in JavaScript. */
const key = fc.oneof(
  fc.constantFrom('a', 'b', '1', '0', '', '__proto__', 'constructor', 'ü', '"', '\t', '\u2028'),
  // V8 14.6 takes the name `"` for the name `\\` where it has read that one before, in an object that is otherwise alike.
  fc.string({ unit: ANY_CHARACTER, maxLength: 5 }).filter((name) => !name.includes('\\')),
);
const spelledKey = key.map((text) => JSON.stringify(text));
const blank = fc.constantFrom('', '', '', ' ', '\n\t', '\r\n  ');
const leaf = fc.oneof(
  fc.constantFrom('null', 'true', 'false', '0', '-0', '1e999', '1.5E-7', '9007199254740993', '""'),
  fc.string({ unit: 'grapheme', maxLength: 30 }).map((text) => JSON.stringify(text)),
  fc.constantFrom('"\\u00e9\\ud83d\\ude00"', '"\\ud800"', '"[{,]}\\""', '"\\\\"'),
);
/** JSON as text, so that names may come twice. */
const { text } = fc.letrec<{ text: string }>((tie) => ({
  text: fc
    .tuple(
      blank,
      fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.array(tie('text'), { maxLength: 5 }).map((inner) => `[${inner.join(',')}]`),
        fc
          .array(fc.tuple(spelledKey, blank, tie('text')), { maxLength: 5 })
          .map((fields) => `{${fields.map(([name, gap, value]) => `${name}${gap}:${value}`).join(',')}}`),
      ),
      blank,
    )
    .map((all) => all.join('')),
}));
const longText = fc
  .array(fc.tuple(spelledKey, text), { minLength: 3, maxLength: 12 })
  .map((fields) => `{${fields.map(([name, value]) => `${name}:${value}`).join(',')}}`);

describe('JsonReader', () => {
  it.each([
    ['{"a":[1,null]}', { a: [1, null] }],
    ['null', null],
    [' "x" ', 'x'],
    ['\uFEFF[1]', [1]],
    ['', undefined],
    ['<html></html>', undefined],
    ['{"a":1', undefined],
    ['{"a":1}]', undefined],
    ['[1]x', undefined],
    ['[1,2', undefined],
    ['"a', undefined],
    [']', undefined],
  ])('reads %j as %j', (body, value) => {
    expect(read(body)).toEqual(value);
    expect(read(body, [1])).toEqual(value);
  });

  it.each([
    ['[', ']'],
    ['{"a":', '}'],
    ['{"0":', '}'],
    ['[0,{"longer name":0,"a":', '}]'],
  ])('reads up to 1,000 levels of %s', (open, close) => {
    const levelsEach = close.length;
    const nested = (levels: number): string => `${open.repeat(levels)}1${close.repeat(levels)}`;
    const deepest = 1000 / levelsEach;
    expect(JSON.stringify(read(nested(deepest)))).toBe(JSON.stringify(JSON.parse(nested(deepest))));
    expect(read(nested(deepest + 1))).toBeUndefined();
    expect(read(nested(100_000), [5_000])).toBeUndefined();
  });

  it('reads what JSON.parse reads, wherever the text is cut', () => {
    fc.assert(
      fc.property(fc.oneof(text, longText), sizes, (body, cuts) => {
        expectSame(body, cuts);
      }),
      { numRuns: 400 },
    );
  });

  it('reads long strings, wherever they have escapes and are cut', () => {
    const piece = fc.constantFrom(
      'a'.repeat(62),
      'a'.repeat(63),
      'a'.repeat(64),
      'é',
      ',',
      '\\\\',
      '\\"',
      '\\n',
    );
    const longString = fc.array(piece, { maxLength: 12 }).map((pieces) => `"${pieces.join('')}"`);
    const strings = fc.array(longString, { minLength: 1, maxLength: 4 }).map((all) => `[${all.join(',')}]`);
    const longSizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 6 });
    fc.assert(fc.property(strings, longSizes, expectSame), { numRuns: 2_000 });
  });

  it('rejects what JSON.parse rejects, also where bytes were changed, lost or doubled', () => {
    const change = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      length: fc.integer({ min: 0, max: 3 }),
      by: fc.oneof(
        fc.constantFrom(',', ',,', '[', ']', '{', '}', '"', '\\', ':', ' ', '0', '\u00e9', 'x', ''),
        fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes)),
      ),
    });
    fc.assert(
      fc.property(
        longText,
        fc.array(change, { minLength: 1, maxLength: 3 }),
        sizes,
        (whole, changes, cuts) => {
          let body = Buffer.from(whole);
          for (const { at, length, by } of changes) {
            const start = Math.floor(at * body.length);
            body = Buffer.concat([body.subarray(0, start), Buffer.from(by), body.subarray(start + length)]);
          }
          expectSame(body, cuts);
        },
      ),
      { numRuns: 800 },
    );
  });

  it('rejects a body that is cut', () => {
    fc.assert(
      fc.property(
        longText,
        sizes,
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        (whole, cuts, at) => {
          const bytes = Buffer.from(whole);
          expect(read(bytes.subarray(0, Math.floor(at * bytes.length)), cuts)).toBeUndefined();
        },
      ),
    );
  });

  it('keeps no blanks that follow the text', () => {
    expect(read(`[1,2]${' '.repeat(BOUNDS.longestPartBytes * 2)}`)).toEqual([1, 2]);
  });

  it('gives up on a text without a comma in many bytes, and on too many values', () => {
    const name = 'a'.repeat(BOUNDS.longestPartBytes);
    expect(read(`[0,"${name}"]`)).toBeUndefined();
    expect(read(`[0,"${name.slice(100)}"]`)).toEqual([0, name.slice(100)]);
    const values = (count: number): string => JSON.stringify(Array.from({ length: count }, () => 1));
    expect(read(values(BOUNDS.mostMarks - 2), [500])).toHaveLength(BOUNDS.mostMarks - 2);
    expect(read(values(BOUNDS.mostMarks * 2), [500])).toBeUndefined();
    const row = (count: number): string => `[0,${values(count)}]`;
    expect(read(row(BOUNDS.mostRowMarks / 4), [500])).toBeDefined();
    expect(read(row(BOUNDS.mostRowMarks * 2), [500])).toBeUndefined();
    expect(read(`[${'[],'.repeat(BOUNDS.mostMarks / 2)}[]]`, [500])).toBeUndefined();
  });

  it('accepts a cluster with 120,000 standby clusters, whose list is bounded later', () => {
    const standbyClusters = Array.from({ length: 120_000 }, (_, at) => ({ id: at }));
    const reader = new JsonReader();
    Array.from(reader.push(Buffer.from(JSON.stringify({ contents: [{ id: 1, standbyClusters }] }))));
    expect(reader.isBeyondBounds).toBe(false);
  });

  it('keeps the objects and lists in a list as received text', () => {
    const rows = ['{"a": [1,  {"b":2}], "a":9007199254740993}', '[ ]', '{"c":"}]"}'];
    for (const sizes of [[1], [5], [1000]]) {
      const reader = new JsonReader(BOUNDS);
      const body = Buffer.from(`{"data":{"rows":[${rows.join(' ,')}, 1e999, "x"],"of":{"is":[1]}}}`);
      for (const piece of chunked(body, sizes[0] ?? 1)) Array.from(reader.push(piece));
      const texts = rows.map((row) => new JsonText(row));
      expect(reader.end()).toEqual({ data: { rows: [...texts, Infinity, 'x'], of: { is: [1] } } });
    }
  });

  it('keeps a single record as received text', () => {
    const record = '{"id":9007199254740993,"of":{"log":[1,[2]]},"id":1}';
    const body = `{"a":{"log":{"b":1}},"log": ${record},"c":[[0]]}`;
    for (const size of [1, 7, 1000]) {
      const reader = new JsonReader(BOUNDS, { recordField: 'log' });
      for (const piece of chunked(Buffer.from(body), size)) Array.from(reader.push(piece));
      const c = [new JsonText('[0]')];
      expect(reader.end()).toEqual({ a: { log: { b: 1 } }, log: new JsonText(record), c });
    }
  });

  it('rejects a body where a row is not JSON', () => {
    for (const row of ['{"a":}', '[1,]', '{"a":1]', '[01]'])
      expect(read(`{"rows":[{},${row},[]]}`)).toBeUndefined();
  });

  it('counts the most memory that what it holds can take', () => {
    const reader = new JsonReader();
    const rows = Array.from({ length: 1000 }, (_, id) => JSON.stringify({ id, text: 'ü'.repeat(20) }));
    const body = Buffer.from(`[${rows.join(',')}]`);
    for (const piece of chunked(body, 4096)) Array.from(reader.push(piece));
    expect(reader.heldBytes).toBeGreaterThan(2 * body.length);
    Array.from(reader.push(Buffer.alloc(100_000, ' ')));
    expect(reader.heldBytes).toBeLessThan(3 * body.length + 1000 * 3 * 100);
  });

  it('reads in parts of the usual size as well', () => {
    const rows = Array.from({ length: 20_000 }, (_, id) => ({ id, name: `ü "${id}"`, of: [id, { id }] }));
    const body = JSON.stringify({ data: { contents: rows, page: { total: 20_000 } }, ok: true }, null, 1);
    const reader = new JsonReader();
    let steps = 0;
    for (const piece of chunked(Buffer.from(body), 65_536)) steps += Array.from(reader.push(piece)).length;
    expect(whole(reader.end())).toEqual(JSON.parse(body));
    expect(steps).toBeGreaterThan(body.length / 200_000);
  });
});

function chunked(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

it('reuses the record of a known row where the text is the same', async () => {
  const record = new JsonText('{"id":1,"n":1.0}');
  const known = new Map([[record.text, { task: {} as Task, raw: record }]]);
  const reader = new JsonReader(undefined, { known });
  await runCooperatively(reader.push(Buffer.from('{"rows":[{"id":1,"n":1.0},{"id":1,"n":1}]}')));
  const { rows } = reader.end() as { rows: JsonText[] };
  expect(rows[0]).toBe(record);
  expect(rows[1]?.text).toBe('{"id":1,"n":1}');
});
