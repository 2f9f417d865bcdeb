import { filterInSteps, flatMapInSteps, type Steps } from '@/scheduling/cooperative.js';
import { sortInSteps } from '@/scheduling/sort-in-steps.js';
import { isTerminal } from '@/model/task.js';
import { FullSyncNeeded } from './full-sync-needed.js';
import {
  floorSecond,
  keepInSteps,
  RESOLUTION_MS,
  sideOf,
  type KnownRow,
  type KnownRows,
} from './known-rows.js';
import type { LogSpan } from './operation-log.js';

/** How many of the oldest rows are looked at, beyond as many as are missing. */
const OLDEST = 50;
/** Looking at more is left to a whole read. */
const MOST_OLDEST = 1000;

/** A list of the oldest rows that is to tell which of them are gone. */
export interface OldestSpan extends Required<LogSpan> {
  /** The list holds all rows of the window whose last time is no later. */
  readonly decidedMs: number;
}

/**
 * What to list to learn which rows have left at the window's start: those of which that is not sure, and, where rows
 * are missing, the oldest. Null where there is nothing to learn. Throws `FullSyncNeeded` where it would take a long list.
 */
export function* spanOfOldest(
  rows: KnownRows,
  windowStartMs: number,
  missing: number,
): Steps<OldestSpan | null> {
  const unsure = yield* filterInSteps(rows.values(), (one) => sideOf(one, windowStartMs) === 'unsure');
  if (missing === 0 && unsure.length === 0) return null;
  const lastTimes = yield* flatMapInSteps([...rows.values()], lastTimeOf);
  const byAge = yield* sortInSteps(lastTimes, (a, b) => a - b);
  const oldestMs = byAge[Math.min(missing + OLDEST, byAge.length) - 1] ?? windowStartMs;
  const decidedMs = unsure.reduce((latest, one) => Math.max(latest, lastTimeOf(one)), oldestMs);
  const { length: listed } = yield* filterInSteps(byAge, (lastMs) => lastMs <= decidedMs);
  if (listed > MOST_OLDEST || !Number.isFinite(decidedMs)) throw new FullSyncNeeded('mismatch');
  return { startMs: windowStartMs, endMs: floorSecond(decidedMs) + 2 * RESOLUTION_MS, decidedMs };
}

/** The rows without those that the list decides on and does not hold. Throws `FullSyncNeeded` where it holds others. */
export function* withoutMissing(
  rows: KnownRows,
  listed: KnownRows,
  { decidedMs }: OldestSpan,
): Steps<KnownRows> {
  if ([...listed.keys()].some((id) => !rows.has(id))) throw new FullSyncNeeded('mismatch');
  const isPresent = (known: KnownRow): boolean =>
    listed.has(known.row.task.id) || lastTimeOf(known) > decidedMs;
  return yield* keepInSteps(rows, isPresent);
}

/**
 * Whichever of a record's times `end_time` is compared with (it is not documented), it is no later. Infinite for a
 * task that has not ended.
 */
function lastTimeOf({ row: { task }, latestMs }: KnownRow): number {
  if (!isTerminal(task.status)) return Number.POSITIVE_INFINITY;
  const times = [task.endTime, task.updateTime].filter((time) => time !== null);
  return Math.max(latestMs, ...times.map((time) => Date.parse(time)));
}
