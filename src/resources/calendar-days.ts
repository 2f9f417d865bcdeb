import { Temporal } from 'temporal-polyfill';
import { Calendar } from '@/view/summary/calendar.js';
import type { Day } from './days.js';

/** The last calendar days of a time zone, oldest first; the last one is the day that a moment is in. */
export function calendarDays(timeZone: string, count: number, timeMs: number): Day[] {
  const calendar = new Calendar('day', timeZone);
  const days: Day[] = [];
  for (let momentMs = timeMs; days.length < count;) {
    const { startMs, endMs } = calendar.bucketOf(momentMs);
    days.unshift({ date: dateAt(startMs, timeZone), startMs, endMs });
    momentMs = startMs - 1;
  }
  return days;
}

/** In the form of RFC 3339. */
function dateAt(timeMs: number, timeZone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(timeMs).toZonedDateTimeISO(timeZone).toPlainDate().toString();
}
