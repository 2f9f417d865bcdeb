import type { Moment } from '@/model/clock.js';

/** When a read ended. */
export interface ReadTimes {
  /** By the wall clock of the replica that read, epoch milliseconds. */
  readonly fetchTimeMs: number;
  /** By the monotonic clock of this process; absent if the store does not know. */
  readonly endedMs?: number | undefined;
}

/** Wall clocks that differ by no more count as equal. */
const AGREEMENT_MS = 1_000;

/**
 * The moment from which the age of a value counts. Of the age by the wall clocks and the age by the store, the greater
 * one holds. If the store does not know it, and by the wall clocks the value comes from the future, nobody knows its
 * age: then it counts as stale, and the next read corrects that.
 */
export function readMoment({ fetchTimeMs, endedMs }: ReadTimes, now: Moment, freshForMs: number): Moment {
  const byWallMs = now.wallMs - fetchTimeMs;
  const unknownMs = byWallMs < -AGREEMENT_MS ? 2 * freshForMs : 0;
  const byStoreMs = endedMs === undefined ? unknownMs : now.monotonicMs - endedMs;
  const ageMs = Math.max(0, byWallMs, byStoreMs);
  return { wallMs: now.wallMs - ageMs, monotonicMs: now.monotonicMs - ageMs };
}
