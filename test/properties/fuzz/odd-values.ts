import fc from 'fast-check';
import { ANY_CHARACTER } from '../../support/any-character.js';

/** A text that begins so stands for the JSON text behind it: much can be spelled that no value is written as. */
const SPELLED = '#json:';
/** A key that begins so is written without it, behind a key of the same name. */
export const SECOND_KEY = '#second:';

/** The JSON text of a value, with what it spells out and with keys that come twice. */
export function spell(value: unknown): string {
  return JSON.stringify(value ?? null)
    .replace(/"#json:([^"]*)"/g, (_, text: string) => Buffer.from(text, 'hex').toString())
    .replaceAll(`"${SECOND_KEY}`, '"');
}

const spelled = (text: string): string => SPELLED + Buffer.from(text).toString('hex');
const parsed = (text: string): unknown => JSON.parse(text) as unknown;

const TIMES = [
  '2023-11-25T09:03:46.739Z',
  '2019-05-23T14:31:36.039+00:00',
  '2021-09-09T16:19:47.405+0800',
  '2023-11-25 17:03:46.739012 +0800 CST',
  '2023-11-25 17:03:46 +0800 CST m=+0.000073523',
  '0001-01-01 00:00:00 +0000 UTC',
  '2023-02-30T00:00:00Z',
  '2023-11-25T24:00:00Z',
  '2023-11-25T09:03:60Z',
  '9999-12-31T23:59:60Z',
  '9999-12-31T23:59:59.999-23:59',
  '0000-01-01T00:00:00+23:59',
  '0000-01-01T00:00:00Z',
  '2023-11-25T09:03:46.1234567890123Z',
  '2023-11-25T09:03:46+99:99',
  '2023-11-25',
  '25.11.2023 09:03',
  'Sat, 25 Nov 2023 09:03:46 GMT',
  '+012023-11-25T09:03:46Z',
  '-000001-11-25T09:03:46Z',
  '２０２３-11-25T09:03:46Z',
  '1656042837000',
  '1656042837',
  '99999999999999999999999',
  '-62167219200001',
  1_656_042_837_000,
  1_656_042_837,
  1_656_042_837.5,
  -1,
  253_402_300_799_999,
  253_402_300_800_000,
  -62_167_219_200_000,
  -62_167_219_200_001,
  8_640_000_000_000_001,
];

const NUMBERS = [
  ...[0, 1, -1, 0.5, 99.999, 100, 100.0001, 2 ** 31, 2 ** 53, 2 ** 53 + 2, 1e21, 1e308, -1e308, 5e-324],
  ...['-0', '1e999', '-1e999', '12345678901234567890', '1E400', '0.1e-400', '1e5'].map(spelled),
  ...['NaN', 'Infinity', '-Infinity', '1e999', '0x10', ' 5 ', '-5', '+5', '1_000', '5%', '٣', '1e400'],
];

const TEXTS = [
  ...['', ' ', '\u0000', '\n', '\t\r\n', '"', '\\', '%', '%2e%2e', '.', '..', '../..', 'a/b', '-', '~', '~h'],
  ...['\ud800', '\udfff', '\ud800\ud800', 'a\udc00b', '\ufffd', '\ufeff', '\u2028', '\u202eabc', '\u{1f4be}'],
  ...['e\u0301', 'İ', 'ß', 'ſuccess', '\u212a', 'ﬁ', 'Ünï', '中文', '<script>', '${x}', '{{x}}', "' OR 1=1"],
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'length',
    'then',
    'null',
    'true',
  ],
  ...['[]', '{}', '5', '"x"', '["1000005","0","",""]'],
];

const STATUS_WORDS = [
  ...['RUNNING', 'SUCCESS', 'FAIL', 'waiting', 'timeout', 'skipped', 'failed', 'Init', 'Queuing', 'Pause'],
  ...[
    'Error',
    'PREPARE',
    'BEGINNING',
    'STARTING',
    'INPROGRESS',
    'DOING',
    'STOPPING',
    'SUSPENDING',
    'SUSPEND',
  ],
  ...['INTERRUPTED', 'STOP', 'STOPPED', 'sUcCeSs', ' SUCCESS', 'DELETED', 'Manual', 'Auto', 'copy', 'sync'],
];

const OBJECTS = [
  ...[null, true, false, {}, [], [[]], [null], [{}]],
  ...['{"__proto__":{"status":"success","id":"p"}}', '{"constructor":{"prototype":{"polluted":1}}}'].map(
    parsed,
  ),
  ...['{"toString":1}', '{"valueOf":1,"toString":null}', '{"toJSON":1}', '{"then":1}', '{"length":9}'].map(
    parsed,
  ),
  ...['{"0":1,"1":2}', '{"hasOwnProperty":1}', '{"__proto__":null}', '{"":{"":""}}'].map(parsed),
];

export const oddTime: fc.Arbitrary<unknown> = fc.constantFrom(...TIMES);
const oddObject: fc.Arbitrary<unknown> = fc.constantFrom(...OBJECTS);

const longText = fc
  .tuple(fc.constantFrom('a', '/', '\ud800', '中', '9', '\u0000'), fc.constantFrom(129, 300, 70_000))
  .map(([unit, times]) => unit.repeat(times));

/** Levels of nesting: that of no upstream, and beyond what recursion can follow. */
const deepValue = fc
  .record({
    levels: fc.constantFrom(10, 300, 999, 1001, 5000, 9000, 100_000),
    key: fc.constantFrom(null, 'a', 'id', 'standbyClusters', '0'),
    inner: fc.constantFrom('1', '{}', '{"0":1}', '{"toJSON":1}', '[]'),
  })
  .map(({ levels, key, inner }) => {
    const [open, close] = key === null ? ['[', ']'] : [`{"${key}":`, '}'];
    return spelled(open.repeat(levels) + inner + close.repeat(levels));
  });

/** Any JSON value, rather an odd one. */
export const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 12, arbitrary: oddObject },
  { weight: 12, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 8, arbitrary: fc.constantFrom(...NUMBERS) },
  { weight: 8, arbitrary: oddTime },
  { weight: 8, arbitrary: fc.constantFrom(...STATUS_WORDS) },
  { weight: 4, arbitrary: fc.string({ unit: ANY_CHARACTER, maxLength: 12 }) },
  { weight: 4, arbitrary: fc.double() },
  { weight: 4, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
);

/** As `oddValue`, and now and then a very long or very deep one. */
export const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 400, arbitrary: oddValue },
  { weight: 3, arbitrary: longText },
  { weight: 1, arbitrary: deepValue },
);

export const oddKey: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...TEXTS.filter((text) => text !== '')),
  fc.constantFrom('id', 'uid', 'status', 'page', 'error', 'extra_info', 'metadata', 'items', 'toJSON', '0'),
);
