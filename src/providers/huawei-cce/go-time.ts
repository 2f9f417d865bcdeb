import { epochMs, parseTime } from '@/model/time.js';
import type { Fields } from '@/upstream/records/raw.js';

/**
 * Go's `time.Time.String()`, which CCE writes: `2023-11-25 17:03:46.739012 +0800 CST`. The fraction has 0 to 9
 * digits as Go drops trailing zeros; a time fresh from the clock ends in its monotonic reading (` m=+0.000073523`).
 */
const GO_TIME =
  /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))? ([+-]\d{4})(?: \S+)?(?: m=[+-]\d+\.\d+)?$/;

/**
 * Whole epoch milliseconds, finer digits dropped; null when the text is neither a Go time nor RFC 3339.
 * The zone's abbreviation is ignored: `new Date()` takes CST for US Central time and is 14 hours off.
 */
export function parseGoTime(text: string): number | null {
  const match = GO_TIME.exec(text);
  if (match === null) return parseTime(text);
  const [, year, month, day, hour, minute, second, fraction = '', zone = ''] = match;
  // Nanoseconds are too fine to be added to a number of this size: 999999 of them would round up.
  const milliseconds = fraction.slice(0, 3);
  return epochMs([year, month, day, hour, minute, second].map(Number), milliseconds, zone);
}

/** A field that holds a Go time, in Tributary's form; null where it is not set. Unreadable ones are drift. */
export function readGoTime(fields: Fields, name: string): string | null {
  return fields.time(name, (value) => (typeof value === 'string' ? parseGoTime(value) : null));
}
