import type { SummaryGroup, TaskSummary } from './api-types.js';
import { dayOf } from './format.js';

/** A calendar day of the reader's time zone. */
export interface CalendarDay {
  readonly date: string;
  /** Its first moment, and the first after it, as the API tells them. */
  readonly start: string;
  readonly end: string;
}

/** The tasks of one calendar day. */
export interface FailureDay extends CalendarDay {
  readonly failed: number;
  readonly all: number;
  /** False where a source does not cover the day: there may have been more. */
  readonly isSeen: boolean;
}

const FAILURES: ReadonlySet<string> = new Set(['FAILED', 'TIMED_OUT']);

/** Adds up a summary by status and day; a day without tasks is in no group. Tasks without a time of creation are of no day. */
export function failureDays(summary: TaskSummary, days: readonly CalendarDay[]): FailureDay[] {
  const byStart = Map.groupBy(summary.groups, ({ bucket }) => bucket?.start ?? '');
  return days.map((day) => {
    const ofDay = byStart.get(day.start) ?? [];
    return {
      ...day,
      failed: sum(ofDay.filter(({ key }) => FAILURES.has(key.status ?? ''))),
      all: sum(ofDay),
      isSeen:
        ofDay.length === 0
          ? isCovered(day, summary.completeness)
          : ofDay.every(({ bucket }) => bucket?.complete === true),
    };
  });
}

/** While a feed cannot be read, nobody knows how far into the days it was read. */
function isCovered(
  { start }: CalendarDay,
  { complete, completeSince }: TaskSummary['completeness'],
): boolean {
  return complete && completeSince !== null && completeSince <= start;
}

function sum(groups: readonly SummaryGroup[]): number {
  return groups.reduce((total, { count }) => total + count, 0);
}

/** The last `count` days up to and with `today` (`2026-11-29`), oldest first. A date that a zone has left out is no day. */
export function lastDays(today: string, count: number, timeZone: string): CalendarDay[] {
  const first = Date.parse(`${today}T00:00:00Z`) - (count - 1) * DAY_MS;
  const dates = Array.from({ length: count + 1 }, (_, index) =>
    new Date(first + index * DAY_MS).toISOString().slice(0, 10),
  );
  const starts = dates.map((date) => startOf(date, timeZone));
  return dates.slice(0, count).flatMap((date, index) => {
    const [start, end] = [starts[index] ?? '', starts[index + 1] ?? ''];
    return start === end ? [] : [{ date, start, end }];
  });
}

/** The first moment of a calendar day. */
function startOf(wanted: string, timeZone: string): string {
  // No zone is further from UTC than 14 hours: the day begins within a day of its beginning in UTC.
  let early = Date.parse(`${wanted}T00:00:00Z`) - DAY_MS;
  let late = early + 2 * DAY_MS;
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (dayOf(middle, timeZone) < wanted) early = middle;
    else late = middle;
  }
  return new Date(late).toISOString();
}

const DAY_MS = 86_400_000;
