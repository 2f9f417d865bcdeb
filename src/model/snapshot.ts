import type { DriftCounts, DriftExamples } from './drift.js';
import type { Feed } from './feed.js';
import type { TaskRow } from './task.js';
import type { Truncation } from './truncation.js';

/** A feed's tasks as they were at one moment, whole and immutable. */
export interface Snapshot {
  readonly feed: Feed;
  readonly rows: readonly TaskRow[];
  /** When the read that made it ended, epoch milliseconds. */
  readonly fetchTimeMs: number;
  /** What keeps it from being whole after all; null when nothing does. */
  readonly truncation: Truncation | null;
  readonly coveredSince: string | null;
  readonly drift: DriftCounts;
  readonly driftExamples: DriftExamples;
  /** Differs between any two snapshots of a process. */
  readonly revision: number;
}
