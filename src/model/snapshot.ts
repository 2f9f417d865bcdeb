import type { DriftCounts } from './drift.js';
import type { Feed } from './feed.js';
import type { TaskRow } from './task.js';

/** A feed's tasks as they were at one moment, whole and immutable. */
export interface Snapshot {
  readonly feed: Feed;
  readonly rows: readonly TaskRow[];
  /** When the read that made it ended, epoch milliseconds. */
  readonly fetchTimeMs: number;
  readonly truncated: boolean;
  readonly coveredSince: string | null;
  readonly drift: DriftCounts;
  /** Differs between any two snapshots of a process. */
  readonly revision: number;
}
