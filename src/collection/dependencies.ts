import type { Clock } from '@/model/clock.js';
import type { CollectionAnswer } from '@/model/collection.js';
import type { FailureReason } from '@/model/failure.js';
import type { SourceReader } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import type { SnapshotStore } from '@/snapshots/snapshot-store.js';
import type { Backplane } from './backplane.js';
import type { CircuitBreaker } from './circuit-breaker.js';
import type { ReadRunner } from './read-runner.js';

/** Is told of what the collection does, for metrics. */
export interface CollectionObserver {
  questionAnswered(waitedFor: CollectionAnswer['waitedFor']): void;
  /** A read of this process has ended and was not aborted. */
  readFinished(read: FinishedRead): void;
}

interface FinishedRead {
  readonly source: string;
  readonly outcome: FailureReason | 'OK';
  readonly durationMs: number;
}

/** What the collection works with. */
export interface CollectionDependencies {
  readonly store: SnapshotStore;
  readonly runner: ReadRunner;
  readonly clock: Clock;
  /** The longest a question waits for upstreams. */
  readonly deadlineMs: number;
  /** Absent: nobody is interested. */
  readonly observer?: CollectionObserver;
}

/** What the parts of one source work with. */
export interface SourceDependencies extends CollectionDependencies {
  readonly backplane: Backplane;
  readonly revisions: Revisions;
  readonly source: SourceConfig;
  /** Whose tasks are read, without secrets. */
  readonly account: readonly string[];
  readonly reader: SourceReader;
  /** True if the configuration of the source has changed while running: it is read at once, whatever failed before. */
  readonly isChanged: boolean;
  /** The circuit of the whole source. */
  readonly sourceBreaker: CircuitBreaker;
}

/** Numbers everything that arrives in this process, in order. */
export class Revisions {
  #newest = 0;

  get newest(): number {
    return this.#newest;
  }

  next(): number {
    this.#newest += 1;
    return this.#newest;
  }
}
