import type { SummaryGroup, TaskSummary } from './api-types.js';
import { dayOf } from './format.js';

/** The tasks of one calendar day. */
export interface FailureDay {
  readonly date: string;
  /** The first moment of the day and the first after it, as the API tells them. */
  readonly start: string;
  readonly end: string;
  readonly failed: number;
  readonly all: number;
  /** False where a source does not cover the day: there may have been more. */
  readonly isSeen: boolean;
}

const FAILURES: ReadonlySet<string> = new Set(['FAILED', 'TIMED_OUT']);

/** Adds up a summary by status and day, oldest first. Tasks without a time of creation are of no day. */
export function failureDays({ groups }: TaskSummary, timeZone: string): FailureDay[] {
  const byStart = Map.groupBy(
    groups.filter(({ bucket }) => bucket !== null),
    ({ bucket }) => bucket?.start ?? '',
  );
  const days = [...byStart].map(([start, ofDay]) => ({
    ...{ start, end: ofDay[0]?.bucket?.end ?? start, date: dayOf(Date.parse(start), timeZone) },
    failed: sum(ofDay.filter(({ key }) => FAILURES.has(key.status ?? ''))),
    all: sum(ofDay),
    isSeen: ofDay.every(({ bucket }) => bucket?.complete === true),
  }));
  return days.sort((a, b) => (a.start < b.start ? -1 : 1));
}

function sum(groups: readonly SummaryGroup[]): number {
  return groups.reduce((total, { count }) => total + count, 0);
}

/** Where the calendar day begins that was so many days ago: the first moment of the first of `days` days. */
export function startOfDays(nowMs: number, days: number, timeZone: string): string {
  const today = Date.parse(`${dayOf(nowMs, timeZone)}T00:00:00Z`);
  const wanted = new Date(today - (days - 1) * DAY_MS).toISOString().slice(0, 10);
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
