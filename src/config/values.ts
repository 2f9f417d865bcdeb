import type { CallRate } from '@/model/source.js';
import { hasControlCharacter, scalar } from './shape.js';
import type { Shape } from './shape.js';
import { suggest } from './suggest.js';

/** One of a closed set of words. */
export function word<const W extends string>(words: readonly W[]): Shape<W> {
  return scalar({
    allowed: words.length > 1 ? `one of ${words.join(', ')}` : words.join(),
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
/** A text. What YAML reads as a number is kept as the file spells it: `0123` and `61e9540` keep their digits. */
export function text({ allowed, pattern = ANY_TEXT, secret = false }: TextRules): Shape<string> {
  const ofText = { type: 'string', pattern: pattern.source };
  return scalar({
    allowed,
    secret,
    isText: true,
    schema: DIGITS.some((digits) => pattern.test(digits)) ? { anyOf: [ofText, { type: 'number' }] } : ofText,
    parse: ({ value, written }) => {
      const spelled = typeof value === 'number' ? written : value;
      const fits = typeof spelled === 'string' && pattern.test(spelled) && !hasControlCharacter(spelled);
      return fits ? spelled : undefined;
    },
  });
}

/** The shortest and the longest digits that a pattern here may require. */
const DIGITS = ['0', '0'.repeat(32)];

/** A whole number within bounds; a substituted text counts as the number it spells. */
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
      if (typeof value === 'boolean') return value;
      return substituted && (value === 'true' || value === 'false') ? value === 'true' : undefined;
    },
  });
}

const UNITS_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^([1-9]\d{0,8})(ms|s|m|h|d)$/;

interface DurationRules {
  /** The longest one, written the same way. */
  readonly max: string;
  /** What to do instead of writing a duration of zero, where that can be meant. */
  readonly insteadOfZero?: string;
}

/** A duration such as `15s`, in milliseconds; it is positive. */
export function duration({ max, insteadOfZero }: DurationRules): Shape<number> {
  const longestMs = parseAmount(max, DURATION, UNITS_MS);
  return scalar({
    allowed: `a duration up to ${max}, such as 500ms, 15s, 5m, 24h or 30d${insteadOfZero === undefined ? '' : `; ${insteadOfZero}`}`,
    schema: { type: 'string', pattern: DURATION.source },
    parse: ({ value }) => {
      const ms = parseAmount(value, DURATION, UNITS_MS);
      return ms <= longestMs ? ms : undefined;
    },
  });
}

const UNITS_BYTES = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };
const SIZE = /^([1-9]\d{0,6})(KiB|MiB|GiB)$/;

/** A size such as `128MiB`, in bytes, within bounds that are written the same way. */
export function size({ min, max }: { readonly min: string; readonly max: string }): Shape<number> {
  const smallest = parseAmount(min, SIZE, UNITS_BYTES);
  const largest = parseAmount(max, SIZE, UNITS_BYTES);
  return scalar({
    allowed: `a size from ${min} to ${max}, such as 128MiB or 1GiB`,
    schema: { type: 'string', pattern: SIZE.source },
    parse: ({ value }) => {
      const bytes = parseAmount(value, SIZE, UNITS_BYTES);
      return bytes >= smallest && bytes <= largest ? bytes : undefined;
    },
  });
}

/** A number with a unit, in the smallest unit. Anything else is NaN, which is within no bounds. */
function parseAmount(value: unknown, pattern: RegExp, units: Readonly<Record<string, number>>): number {
  const [, amount, unit = ''] = (typeof value === 'string' ? pattern.exec(value) : null) ?? [];
  return Number(amount) * (units[unit] ?? NaN);
}

const RATE = /^([1-9]\d{0,5})\/([1-9]\d{0,8}(?:ms|s|m|h|d))$/;

/** A number of calls in a time, such as `200/5m`. */
export function rate(): Shape<CallRate> {
  return scalar({
    allowed: 'a number of calls per duration of at most 1d, such as 200/5m',
    schema: { type: 'string', pattern: RATE.source },
    parse: ({ value }) => parseRate(value),
  });
}

/** A number of requests in a time, such as `600/1m`. The headers that show it count in whole seconds. */
export function requestRate(): Shape<CallRate> {
  return scalar({
    allowed: 'a number of requests per duration of whole seconds, from 1s to 1d, such as 600/1m',
    schema: { type: 'string', pattern: RATE.source },
    parse: ({ value }) => {
      const parsed = parseRate(value);
      return parsed !== undefined && parsed.perMs % UNITS_MS.s === 0 ? parsed : undefined;
    },
  });
}

function parseRate(value: unknown): CallRate | undefined {
  const [, calls, per] = (typeof value === 'string' ? RATE.exec(value) : null) ?? [];
  const perMs = parseAmount(per, DURATION, UNITS_MS);
  return perMs <= UNITS_MS.d ? { calls: Number(calls), perMs } : undefined;
}
