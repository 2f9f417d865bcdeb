import type { Diagnosis } from '@/model/diagnosis.js';
import type { FailureReason } from '@/model/failure.js';
import type { TaskRow } from '@/model/task.js';

/** What a store keeps under one name. It is replaced as a whole and never changed in place. */
export interface Entry extends Content {
  /**
   * Orders the entries of a name over all replicas and restarts: higher is newer. It is the time at which the read
   * began, in epoch milliseconds, or the previous version plus one if that clock was set back.
   */
  readonly version: number;
}

/** The result of a successful read. */
export interface Content {
  /** Everything but the rows, as JSON that only the caller understands. */
  readonly head: unknown;
  /** Each task once. The store does not keep their order. */
  readonly rows: readonly TaskRow[];
  /**
   * When the read ended, by the monotonic clock of this process, as far as the store knows: another replica's wall
   * clock may be wrong. Absent when the store does not know.
   */
  readonly endedMs?: number | undefined;
}

/** How long all replicas pause reads of a feed that failed. The times are by the clock of the replica that read. */
export interface Backoff {
  readonly reason: FailureReason;
  /** Details of the last failure; null when an earlier release wrote the backoff. */
  readonly diagnosis: Diagnosis | null;
  readonly failuresInARow: number;
  /** When the last read failed, epoch milliseconds. */
  readonly failedAtMs: number;
  /** No replica reads before this time, epoch milliseconds. */
  readonly notBeforeMs: number;
}

/** Whether the caller may read a feed from its upstream now. */
export type Claim =
  /** It may. Nobody else reads until the lease ends. */
  | { readonly outcome: 'granted'; readonly lease: Lease }
  /** The store has a newer entry than the caller, which loads it before it claims again. */
  | { readonly outcome: 'newer' }
  /** Another replica reads. If it dies, its lease ends in `forMs` milliseconds. */
  | { readonly outcome: 'busy'; readonly forMs: number }
  /** Recent reads failed. */
  | { readonly outcome: 'paused'; readonly backoff: Backoff };

/** The right to read a feed and to replace its entry. It renews itself until it ends or is lost. */
export interface Lease {
  /** The version of the entry kept under this lease: higher than any version before it. */
  readonly version: number;
  /** Aborted when another replica may have the lease, so that the read stops. */
  readonly lost: AbortSignal;
  /**
   * Replaces the entry, ends the lease and publishes a `StoreEvent`. Answers the entry as it is kept (rows that did
   * not change are the objects of `base`), or null if the lease was lost and nothing was kept.
   */
  keep(content: Content, base: Entry | null): Promise<Entry | null>;
  /** Ends the lease without an entry: after a failed read, whose backoff is published, or an aborted one (null). */
  giveUp(backoff: Backoff | null): Promise<void>;
}

/** What another replica did with a name. */
export type StoreEvent =
  /** It kept an entry. `isLate`: it did so some time ago. */
  | { readonly name: string; readonly version: number; readonly isLate?: boolean }
  /** Its read failed. */
  | { readonly name: string; readonly backoff: Backoff };

export interface ClaimRequest {
  /** The version that the caller holds; null: none. */
  readonly held: number | null;
  /** The caller's time, epoch milliseconds. */
  readonly nowMs: number;
  /** True for a caller who reads in another way than those that failed; the backoff is removed. */
  readonly ignoresBackoff?: boolean;
}

/**
 * Keeps the newest entry of each name and lets one reader at a time replace it. Methods throw while the store cannot be
 * reached; those of `FallbackStore` never do.
 */
export abstract class SnapshotStore {
  /** The entry of a name if it is newer than the one held, else null. */
  abstract load(name: string, held: Entry | null): Promise<Entry | null>;
  abstract claim(name: string, request: ClaimRequest): Promise<Claim>;
  /** Keeps an entry that was read without a lease of this store, unless it has a newer one. */
  abstract offer(name: string, entry: Entry): Promise<void>;
  /** Removes the name from the memory of this process. A shared store keeps its entry. */
  forget(_name: string): void {
    // A store without memory has nothing to remove.
  }
  /** Calls the listener for each event of another replica. */
  abstract onStoreEvent(listener: (event: StoreEvent) => void): void;
}
