import type { FeedState } from '@/model/collection.js';
import type { TaskStatus } from '@/model/task.js';

/** The moment T. */
export interface JudgedTime {
  /** Epoch milliseconds. */
  readonly timeMs: number;
  /** True where a past moment is asked about, false for now. */
  readonly isPast: boolean;
}

/** A task that ended, well or not. */
export interface Outcome {
  /** When it ended; where that is not known its updateTime, else its createTime. Epoch milliseconds. */
  readonly timeMs: number;
  readonly taskId: string;
}

/** A continuous log backup. */
export interface Stream {
  readonly taskId: string;
  readonly status: TaskStatus;
  /** Epoch milliseconds. */
  readonly checkpointTimeMs: number | null;
}

/**
 * What the tasks of one resource say, as they were at a moment T: those of the task types that its rule counts. Of a past
 * moment: those created by T; one that ended later was running at T, and is no outcome here. Of the present: all that are
 * known, also where the read is later than T, or the clock of the upstream is ahead.
 */
export interface TaskHistory {
  /** A success with warnings is one only where the rule counts it as a success. */
  readonly lastSuccess: Outcome | null;
  /** FAILED or TIMED_OUT, and a success with warnings where the rule counts it as a failure. */
  readonly lastFailure: Outcome | null;
  /** Failures since the last success; all of them where there was none. */
  readonly failuresSinceSuccess: number;
  /** The newest task that SUCCEEDED, where it had warnings, whatever it counts as; else null. */
  readonly successWithWarnings: Outcome | null;
  /** When the oldest task that is still running began; null where none runs. */
  readonly runningSinceMs: number | null;
  /** The newest by createTime: several where it is the same; none where the rule is about no streams. */
  readonly streams: readonly Stream[];
  readonly taskCount: number;
}

/** How far a feed can be relied on that would carry the tasks of a resource. */
export interface FeedEvidence {
  readonly feed: string;
  /** When its snapshot was read; null where there is none. */
  readonly fetchTimeMs: number | null;
  /** `DISABLED`: there is nothing to read, so all that there is is known. */
  readonly state: FeedState;
  /** From when on the snapshot has all tasks; -Infinity: all there are; null: that cannot be vouched for. */
  readonly coveredSinceMs: number | null;
  /** False while the feed is LOADING, FAILED or STALE, and was not read after a past moment that is asked about. */
  readonly isCurrent: boolean;
}
