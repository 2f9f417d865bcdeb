import type { Clock } from '@/model/clock.js';
import type { TraceContext } from '@/model/trace-context.js';
import type { SnapshotStore } from '@/snapshots/snapshot-store.js';
import type { NewsDesk } from './news-desk.js';
import type { ReadRunner } from './read-runner.js';
import type { Revisions } from './revisions.js';
import type { SourceCircuit } from './source-circuit.js';

export interface RenewalTools {
  readonly store: SnapshotStore;
  readonly desk: NewsDesk;
  readonly runner: ReadRunner;
  readonly revisions: Revisions;
  readonly clock: Clock;
  /** Of the source that the thing belongs to. */
  readonly circuit: SourceCircuit;
}

/** What a renewal is for. */
export interface RenewalWish {
  readonly trace: TraceContext | null;
  /** True when what another replica read before now will not do. */
  readonly forced: boolean;
}

/** A renewal that goes on. */
export interface UnderWay {
  readonly done: Promise<void>;
  /** By the monotonic clock. */
  readonly startedMs: number;
  readonly isProbe: boolean;
}
