import type { CallRate } from '@/model/source.js';
import { scalar } from './shape.js';
import type { Shape } from './shape.js';
import { suggest } from './suggest.js';

/** One of a closed set of words. */
export function word<const W extends string>(words: readonly W[]): Shape<W> {
  return scalar({
    allowed: words.join(', '),
    schema: { enum: words },
    parse: ({ value }) => words.find((each) => each === value),
    suggest: (text) => suggest(text, words),
  });
}

export interface TextRules {
  readonly allowed: string;
  /** The whole text must match it. Default: any text of 1 to 4096 characters. */
  readonly pattern?: RegExp;
  readonly secret?: boolean;
}

const ANY_TEXT = /^.{1,4096}$/s;
/** No name or secret holds them; a second newline at a secret file's end does. */
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f]/;

/** A text. What YAML takes for a number is taken as the file spells it: `0123` and `61e9540` keep their digits. */
export function text({ allowed, pattern = ANY_TEXT, secret = false }: TextRules): Shape<string> {
  const ofText = { type: 'string', pattern: pattern.source };
  return scalar({
    allowed,
    secret,
    isText: true,
    schema: DIGITS.some((digits) => pattern.test(digits)) ? { anyOf: [ofText, { type: 'number' }] } : ofText,
    parse: ({ value, written }) => {
      const spelled = typeof value === 'number' ? written : value;
      const fits = typeof spelled === 'string' && pattern.test(spelled) && !CONTROL_CHARACTER.test(spelled);
      return fits ? spelled : undefined;
    },
  });
}

/** Of these lengths are the shortest and the longest texts that any pattern wants. */
const DIGITS = ['0', '0'.repeat(32)];

/** A whole number within bounds. */
export function integer({ min, max }: { readonly min: number; readonly max: number }): Shape<number> {
  return scalar({
    allowed: `a whole number from ${min} to ${max}`,
    schema: { type: 'integer', minimum: min, maximum: max },
    parse: ({ value, substituted }) => {
      const number = substituted && /^\d{1,15}$/.test(String(value)) ? Number(value) : value;
      const fits = typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max;
      return fits ? number : undefined;
    },
  });
}

/** true or false; a substituted text counts as the word it spells. */
export function trueOrFalse(): Shape<boolean> {
  return scalar({
    allowed: 'true or false',
    schema: { type: 'boolean' },
    parse: ({ value, substituted }) => {
      const spelled = substituted ? BOOLEANS.get(String(value)) : value;
      return typeof spelled === 'boolean' ? spelled : undefined;
    },
  });
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

const UNITS_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DURATION = /^([1-9]\d{0,8})(ms|s|m|h|d)$/;

/** A duration such as `15s`, in milliseconds; it is positive and at most `max` (written the same way). */
export function duration({ max }: { readonly max: string }): Shape<number> {
  const longestMs = parseDuration(max) ?? 0;
  return scalar({
    allowed: `a duration up to ${max}, such as 500ms, 15s, 5m, 24h or 30d`,
    schema: { type: 'string', pattern: DURATION.source },
    parse: ({ value }) => {
      const ms = parseDuration(value);
      return ms !== undefined && ms <= longestMs ? ms : undefined;
    },
  });
}

function parseDuration(value: unknown): number | undefined {
  const [, amount, unit] = (typeof value === 'string' ? DURATION.exec(value) : null) ?? [];
  return unit === undefined ? undefined : Number(amount) * UNITS_MS[unit as keyof typeof UNITS_MS];
}

const UNITS_BYTES = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 } as const;
const SIZE = /^([1-9]\d{0,6})(KiB|MiB|GiB)$/;

/** A size such as `128MiB`, in bytes, within bounds that are written the same way. */
export function size({ min, max }: { readonly min: string; readonly max: string }): Shape<number> {
  const [smallest, largest] = [parseSize(min) ?? 0, parseSize(max) ?? 0];
  return scalar({
    allowed: `a size from ${min} to ${max}, such as 128MiB or 1GiB`,
    schema: { type: 'string', pattern: SIZE.source },
    parse: ({ value }) => {
      const bytes = parseSize(value);
      return bytes !== undefined && bytes >= smallest && bytes <= largest ? bytes : undefined;
    },
  });
}

function parseSize(value: unknown): number | undefined {
  const [, amount, unit] = (typeof value === 'string' ? SIZE.exec(value) : null) ?? [];
  return unit === undefined ? undefined : Number(amount) * UNITS_BYTES[unit as keyof typeof UNITS_BYTES];
}

const RATE = /^([1-9]\d{0,5})\/([1-9]\d{0,8}(?:ms|s|m|h|d))$/;

/** A number of calls in a time, such as `200/5m`. */
export function rate(): Shape<CallRate> {
  return scalar({
    allowed: 'calls per duration up to 1d, such as 200/5m',
    schema: { type: 'string', pattern: RATE.source },
    parse: ({ value }) => {
      const [, calls, per] = (typeof value === 'string' ? RATE.exec(value) : null) ?? [];
      const perMs = parseDuration(per);
      return perMs !== undefined && perMs <= UNITS_MS.d ? { calls: Number(calls), perMs } : undefined;
    },
  });
}
