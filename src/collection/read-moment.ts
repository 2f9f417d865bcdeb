import type { Moment } from '@/model/clock.js';

/** What is known of when a read ended. */
export interface ReadTimes {
  /** By the wall clock of the replica that read, epoch milliseconds. */
  readonly fetchTimeMs: number;
  /** By the monotonic clock of this process, as far as the store can tell. */
  readonly endedMs?: number | undefined;
}

/** Wall clocks that differ by no more are taken to agree. */
const AGREEMENT_MS = 1_000;

/**
 * What the age of something read counts from. It is as old as the longer of what the wall clocks and the store say.
 * Where the store says nothing, and it was read in the future, the clocks disagree, and nobody knows how old it is:
 * then it is taken to be stale, which a read puts right.
 */
export function readMoment({ fetchTimeMs, endedMs }: ReadTimes, now: Moment, freshForMs: number): Moment {
  const byWallMs = now.wallMs - fetchTimeMs;
  const unknownMs = byWallMs < -AGREEMENT_MS ? 2 * freshForMs : 0;
  const byStoreMs = endedMs === undefined ? unknownMs : now.monotonicMs - endedMs;
  const ageMs = Math.max(0, byWallMs, byStoreMs);
  return { wallMs: now.wallMs - ageMs, monotonicMs: now.monotonicMs - ageMs };
}
