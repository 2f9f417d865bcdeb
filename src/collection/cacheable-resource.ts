import type { Moment } from '@/model/clock.js';
import type { Failure } from '@/model/failure.js';
import type { Content, Entry } from '@/snapshots/snapshot-store.js';

/** Something that is read from an upstream and cached for all replicas: a feed, or a source's list of feeds. */
export interface CacheableResource<T> {
  /** Its name in the store. */
  readonly name: string;
  /** Its name for people: the feed, or `sources/{source}/feeds/-`. */
  readonly feedName: string;
  /** What another replica has read counts as current while it is younger than this. */
  readonly freshForMs: number;
  /** A read starts at the earliest this long after the last one ended. */
  readonly minRefreshMs: number;
  /** The number of upstream calls that this process has made for it. */
  readonly calls: number;
  /** Reads it whole. Never rejects. */
  readonly read: (options: ReadOptions) => Promise<ReadResult>;
  /** The value of an entry that replaces `newest`; null for an entry that another release may have written. */
  readonly decode: (
    entry: Entry,
    newest: T | null,
  ) => { readonly value: T; readonly fetchTimeMs: number } | null;
}

export interface ReadOptions {
  /** The read stops when one of them is aborted: another replica may be reading. */
  readonly signals: readonly AbortSignal[];
  readonly previous: Entry | null;
  /** True if this process read `previous`. */
  readonly isPreviousOwn: boolean;
}

export type ReadResult = { readonly content: Content } | { readonly failure: Failure };

/** A value as this process caches it. */
export interface CachedValue<T> {
  readonly entry: Entry;
  readonly value: T;
  /** The moment from which its age counts: the end of the read as far as this process knows, never in the future. */
  readonly agesFrom: Moment;
  /** When the read ended, epoch milliseconds, for display; never later than its arrival here. */
  readonly fetchTimeMs: number;
  /** Orders everything that arrives in this process. */
  readonly serial: number;
  /** True if this process read it. */
  readonly isOwn: boolean;
}

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
