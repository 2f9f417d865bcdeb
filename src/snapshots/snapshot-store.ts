import type { Diagnosis } from '@/model/diagnosis.js';
import type { FailureReason } from '@/model/failure.js';
import type { TaskRow } from '@/model/task.js';

/** What is kept under one name: replaced whole, never changed. */
export interface Entry extends Content {
  /**
   * Orders the entries of a name, over all replicas and restarts: higher is newer. It is the time at which the
   * read began, in epoch milliseconds, or one more than the version before it where a clock has gone back.
   */
  readonly version: number;
}

/** What a read brought. */
export interface Content {
  /** JSON of the keeper's own: everything but the rows. */
  readonly head: unknown;
  /** Each task once. Their order is not kept. */
  readonly rows: readonly TaskRow[];
  /**
   * When the read ended, by the monotonic clock of this process, as far as the store can tell: another replica's
   * wall clock may be wrong. Absent where it cannot.
   */
  readonly endedMs?: number | undefined;
}

/** How things stand after reads that failed, for all replicas. The times are by the clock of the one that failed. */
export interface Backoff {
  readonly reason: FailureReason;
  /** What was seen of the last of them; null where an earlier release has told of it. */
  readonly diagnosis: Diagnosis | null;
  readonly failuresInARow: number;
  /** When the last of them failed, epoch milliseconds. */
  readonly failedAtMs: number;
  /** Nobody reads before, epoch milliseconds. */
  readonly notBeforeMs: number;
}

/** Whether the asker may read a feed from its upstream now. */
export type Claim =
  /** It may, and nobody else does until the lease ends. */
  | { readonly outcome: 'granted'; readonly lease: Lease }
  /** There is an entry newer than the one the asker holds: it loads that one before it asks again. */
  | { readonly outcome: 'newer' }
  /** Another reads. If that one dies, it is over in `forMs` milliseconds. */
  | { readonly outcome: 'busy'; readonly forMs: number }
  /** Reads failed a moment ago. */
  | { readonly outcome: 'paused'; readonly backoff: Backoff };

/** The right to read a feed and to replace its entry. Renewed by itself until it ends or is lost. */
export interface Lease {
  /** The version of the entry that is kept under this lease: higher than that of any before it. */
  readonly version: number;
  /** Aborted when another replica may have been given the right, so that the read stops. */
  readonly lost: AbortSignal;
  /**
   * Replaces the entry, ends the lease and announces it. Answers the entry as it is kept (rows that did not
   * change are the objects of `base`), or null when the lease was lost and nothing was kept.
   */
  keep(content: Content, base: Entry | null): Promise<Entry | null>;
  /** Ends the lease without an entry: the read failed (announced), or was cut (null). */
  giveUp(backoff: Backoff | null): Promise<void>;
}

/** What has happened to a name in another replica. */
export type News =
  /** `isLate`: kept some time ago, and told only now. */
  | { readonly name: string; readonly version: number; readonly isLate?: boolean }
  | { readonly name: string; readonly backoff: Backoff };

export interface ClaimWish {
  /** The version that the asker holds; null: none. */
  readonly held: number | null;
  /** The asker's time, epoch milliseconds. */
  readonly nowMs: number;
}

/**
 * Keeps the newest entry of each name, and grants the right to replace it to one reader at a time. A method of
 * a store that is out of reach throws; `FallbackStore` is one that never does.
 */
export abstract class SnapshotStore {
  /** The entry of a name if it is newer than the one held, else null. */
  abstract load(name: string, held: Entry | null): Promise<Entry | null>;
  abstract claim(name: string, wish: ClaimWish): Promise<Claim>;
  /** Keeps an entry that was made without a lease of this store, unless a newer one is there. */
  abstract offer(name: string, entry: Entry): Promise<void>;
  /** This process has no more use for the name: nothing of it stays in memory. A store of others keeps its entry. */
  forget(_name: string): void {
    // What holds nothing in memory has nothing to let go of.
  }
  /** Tells of what other replicas keep. */
  abstract onNews(listener: (news: News) => void): void;
}
