import type { Failure } from '@/model/failure.js';
import type { TraceContext } from '@/model/trace-context.js';
import type { Content, Entry } from '@/snapshots/snapshot-store.js';
import type { Held } from './held.js';

/** What one read came to. */
export type Attempt = { readonly content: Content } | { readonly failure: Failure };

/** Something that is read from an upstream now and then, and kept for all replicas. */
export interface Subject<T> {
  /** Names it in the store. */
  readonly name: string;
  /** Names it to people: the feed, or `sources/{source}/feeds/-`. */
  readonly feedName: string;
  /** What another replica read is taken as current while it is younger than this. */
  readonly freshForMs: number;
  /** A wished renewal begins no sooner than this after the last read ended. */
  readonly spacingMs: number;
  /** Reads it whole. Never rejects. */
  readonly read: (run: ReadWish) => Promise<Attempt>;
  /** The value of an entry that takes the place of `newest`; null for what another release may have written. */
  readonly decode: (
    entry: Entry,
    newest: T | null,
  ) => { readonly value: T; readonly fetchTimeMs: number } | null;
}

export interface ReadWish {
  /** Aborted when another replica may be reading. */
  readonly lost: AbortSignal;
  readonly trace: TraceContext | null;
  readonly previous: Entry | null;
}

/** What a keeper wants to know. */
export interface RenewalEvents<T> {
  /** Called when something new is held. */
  readonly onHeld: (held: Held<T>) => void;
  /** Called when a read has failed, here or in another replica. */
  readonly onFailure: () => void;
}
