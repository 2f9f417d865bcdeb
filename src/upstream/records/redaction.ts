import { readJson } from '@/model/json-text.js';

/** How values of an upstream are told to people: none is passed on but for short words. */

const WORD = /^[\p{L}\p{N}_\-. ]+$/u;
const LONGEST = 40;

/** The JSON type of a value: `object`, `array`, `string`, `number`, `boolean`, `null`; `absent` for none. */
export function jsonType(found: unknown): string {
  const value = readJson(found);
  if (value === undefined) return 'absent';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** A short word or a number as it is; a longer or stranger text by its length, anything else by its JSON type. */
export function shownWord(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return jsonType(value);
  return value.length <= LONGEST && WORD.test(value) ? value : `string of ${value.length} characters`;
}

/** The form of a time: every letter is `a`, every digit is `0`, what is neither and not printable ASCII is `?`. */
export function timeForm(value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number') return jsonType(value);
  return String(value)
    .slice(0, LONGEST)
    .replace(/\p{L}/gu, 'a')
    .replace(/\p{N}/gu, '0')
    .replace(/[^ -~]/g, '?');
}
