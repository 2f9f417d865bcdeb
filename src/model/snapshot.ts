import type { RowsChange } from './change.js';
import type { DriftCounts, DriftExamples } from './drift.js';
import type { Feed } from './feed.js';
import type { TaskRow } from './task.js';
import type { Truncation } from './failure.js';

/** A feed's tasks as they were at one moment, whole and immutable. */
export interface Snapshot {
  readonly feed: Feed;
  /** In `USUAL_ORDER`; the same object as in the snapshot before where no row has changed. */
  readonly rows: readonly TaskRow[];
  /** What differs from the snapshot before; null for the first of a feed in this process. */
  readonly change: RowsChange | null;
  /** When the read that made it ended, epoch milliseconds. */
  readonly fetchTimeMs: number;
  /** What keeps it from being whole after all; null when nothing does. */
  readonly truncation: Truncation | null;
  readonly coveredSince: string | null;
  readonly drift: DriftCounts;
  readonly driftExamples: DriftExamples;
  /** The same for two snapshots of a process only if they have the same rows and cover the same time. */
  readonly revision: number;
}
