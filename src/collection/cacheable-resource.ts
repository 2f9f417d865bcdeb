import type { Moment } from '@/model/clock.js';
import type { Failure } from '@/model/failure.js';
import type { TraceContext } from '@/model/trace-context.js';
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
  readonly trace: TraceContext | null;
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
