/**
 * Whether a time as an upstream tells it says that there is none, in any of the ways that back ends have:
 *
 * - an empty text, `0`, `-1`, or a word for nothing (`-`, `null`, `N/A`), as JSON and console code write it;
 * - year 1, Go's zero `time.Time` (CCE's and CBR's services) and .NET's `DateTime.MinValue`, in any zone; `0000-00-00`,
 *   MySQL's zero date;
 * - the Unix epoch, an integer that was never set: as an instant written in any zone (OceanBase's archive rounds begin
 *   with a checkpoint of `1970-01-01 08:00:00`: ob_archive_struct.h, whose minimum is 0), or as the midnight of some
 *   zone (`1970-01-01T00:00:00+08:00`), as back ends print it that attach a zone to a zoneless zero.
 *
 * `epochMs` is the instant that it stands for, null where it cannot be read.
 */
export function isUnsetTime(value: unknown, epochMs: number | null): boolean {
  if (typeof value === 'string' && isUnsetText(value)) return true;
  if (typeof value === 'number' && (value === -1 || isUnsetInstant(value))) return true;
  return epochMs !== null && isUnsetInstant(epochMs);
}

const WORDS: ReadonlySet<string> = new Set([
  '',
  '0',
  '-1',
  '-',
  '--',
  'null',
  'nil',
  'none',
  'n/a',
  'undefined',
]);

function isUnsetText(text: string): boolean {
  return WORDS.has(text.trim().toLowerCase()) || UNSET_DATE.test(text);
}

/** Also where the rest of it is not written as the upstream writes times, without a zone for one. */
const UNSET_DATE =
  /^(?:0001-01-01|0000-00-00|(?:1970-01-01[T ](?:0\d|1[0-4])|1969-12-31[T ](?:1\d|2[0-3])):[0-5]\d:00(?:\.0+)?(?![\d.]))/;

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** No zone is farther from UTC. */
const LARGEST_OFFSET_MS = 14 * 60 * MINUTE_MS;
const YEAR_1_MS = -62_135_596_800_000;

function isUnsetInstant(epochMs: number): boolean {
  if (Math.abs(epochMs - YEAR_1_MS) <= DAY_MS) return true;
  return Math.abs(epochMs) <= LARGEST_OFFSET_MS && epochMs % MINUTE_MS === 0;
}
