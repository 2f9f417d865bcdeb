/** The form every time takes in Tributary: RFC 3339, UTC, milliseconds. Throws RangeError outside years 0 to 9999. */
export function formatTime(epochMs: number): string {
  const text = new Date(epochMs).toISOString();
  if (text.length !== 24) throw new RangeError(`time ${epochMs} is outside the years 0 to 9999`);
  return text;
}

/** Beyond what four digits can tell. */
export const YEAR_10000_MS = Date.UTC(10_000, 0);

/** True for a time from 1970 on that can be shown, epoch milliseconds. */
export function isEpochMs(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < YEAR_10000_MS;
}

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,12}))?([Zz]|[+-]\d\d:?\d\d)$/;

/**
 * Reads an RFC 3339 time (`2021-09-09T16:19:47.405+08:00`; the offset's colon may be missing, as OCP
 * writes it). Answers whole epoch milliseconds (what is finer is cut), or null when the text
 * is no such time or names a day or hour that does not exist.
 */
export function parseTime(text: string): number | null {
  const match = RFC_3339.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = match;
  return epochMs([year, month, day, hour, minute, second].map(Number), fraction, zone);
}

/**
 * Epoch milliseconds of civil time parts [year, month, day, hour, minute, second] with a decimal fraction of
 * the second ('' for none) at an offset (`Z`, `+0800`, `+08:00`); null when the parts name no real time.
 */
export function epochMs(parts: readonly number[], fraction: string, zone: string): number | null {
  const [year, month, day, hour, minute, second] = parts as CivilTime;
  const offsetMinutes = parseOffset(zone);
  if (offsetMinutes === null || hour > 23 || minute > 59 || second > 60) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  date.setUTCHours(hour, minute, second);
  return date.getTime() - offsetMinutes * 60_000 + milliseconds(fraction);
}

type CivilTime = readonly [
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
];

/** Cut, not rounded: a time never moves into the next second. As an integer: 0.285 * 1000 would lose one. */
function milliseconds(fraction: string): number {
  return Number(fraction.slice(0, 3).padEnd(3, '0'));
}

function parseOffset(zone: string): number | null {
  if (zone === 'Z' || zone === 'z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  if (hours > 23 || minutes > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

/** Seconds from one time to another, both in the form of `formatTime`; never negative, null where one is unknown. */
export function secondsBetween(start: string | null, end: string | null): number | null {
  if (start === null || end === null) return null;
  return Math.max(0, Date.parse(end) - Date.parse(start)) / 1000;
}
