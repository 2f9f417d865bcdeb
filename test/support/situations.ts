import type { Expectation, Maintenance } from '@/model/expectation.js';
import { dueOf } from '@/resources/due.js';
import type { FeedEvidence, Outcome, TaskHistory } from '@/resources/evidence.js';
import type { Situation } from '@/resources/verdict.js';

const HOUR_MS = 3_600_000;

/** The moment at which situations are judged. */
export const NOW_MS = Date.parse('2026-11-29T12:00:00.000Z');

/** What differs from a resource of which nothing is known but that its one feed was read at `NOW_MS`, and is whole. */
export interface SituationChanges extends Partial<Omit<Situation, 'due' | 'history' | 'feeds'>> {
  readonly rule?: Partial<Expectation> | null;
  readonly maintenance?: readonly Maintenance[];
  readonly timeMs?: number;
  readonly history?: Partial<TaskHistory>;
  readonly feeds?: readonly Partial<FeedEvidence>[];
}

/** A situation in which, unless told otherwise, a success is expected every 24 h with 2 h of grace. */
export function situationOf(changes: SituationChanges): Situation {
  const { rule = {}, maintenance = [], timeMs = NOW_MS, history, feeds = [{}], ...rest } = changes;
  return {
    due: dueOf(rule === null ? null : { ...NIGHTLY, ...rule }, maintenance, timeMs),
    exclusion: null,
    retiredMs: null,
    isPast: false,
    ...rest,
    history: { ...NOTHING, ...history },
    feeds: feeds.map((feed) => ({ ...WHOLE, ...feed })),
  };
}

const NIGHTLY: Expectation = {
  name: 'nightly',
  match: {},
  rhythm: { kind: 'every', everyMs: 24 * HOUR_MS, graceMs: 2 * HOUR_MS },
  taskTypes: ['BACKUP'],
  failuresInARow: null,
  maxDurationMs: null,
  warningsCountAs: 'success',
  maxBlindMs: HOUR_MS,
};

const NOTHING: TaskHistory = {
  lastSuccess: null,
  lastFailure: null,
  failuresSinceSuccess: 0,
  successWithWarnings: null,
  runningSinceMs: null,
  streams: [],
  taskCount: 0,
};

const WHOLE: FeedEvidence = {
  feed: 'sources/server-backups/feeds/operation-logs',
  fetchTimeMs: NOW_MS,
  coveredSinceMs: -Infinity,
  isCurrent: true,
  state: 'FRESH',
};

/** An outcome some hours and milliseconds before `NOW_MS`. */
export function outcomeAgo(hours: number, ms = 0): Outcome {
  return { timeMs: NOW_MS - hours * HOUR_MS - ms, taskId: `server-backups.${hours}` };
}
