import type { Exclusion, Expectation } from '@/model/expectation.js';
import type { TaskStatus } from '@/model/task.js';
import { type Due, expectedBy } from './due.js';
import type { FeedEvidence, TaskHistory } from './evidence.js';

/** The worst first, as lists show them. */
export const VERDICTS = ['VIOLATED', 'UNKNOWN', 'OK', 'NOT_EXPECTED'] as const;
export type Verdict = (typeof VERDICTS)[number];

export const REASONS = [
  'OVERDUE',
  'NEVER_RUN',
  'FAILING',
  'STUCK',
  'LAGGING',
  'STOPPED',
  'PAUSED',
  'WARNINGS',
  'SOURCE_UNREADABLE',
  'WINDOW_TOO_SHORT',
  'MAINTENANCE',
  'EXCLUDED',
  'RETIRED',
  'NO_EXPECTATION',
] as const;
export type Reason = (typeof REASONS)[number];

/** All that a verdict on one resource rests on. */
export interface Situation {
  readonly due: Due;
  /** The first exclusion that holds at T. */
  readonly exclusion: Exclusion | null;
  /** When the upstream removed the resource, where that was after its last task; else null. Epoch milliseconds. */
  readonly retiredMs: number | null;
  readonly history: TaskHistory;
  /** Those that would carry tasks of the resource. */
  readonly feeds: readonly FeedEvidence[];
  /** True where a past moment is asked about. How far streams were behind is not known then. */
  readonly isPast: boolean;
}

export interface Judgement {
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
  /** When the next success is due at the latest; null where nothing is due, or nothing tells when. */
  readonly expectedByMs: number | null;
  /** How far T is past that; null where it is not. */
  readonly overdueMs: number | null;
}

type Finding = Pick<Judgement, 'verdict' | 'reasons'>;

/** The verdict that the evidence proves: OK is proven kept, VIOLATED is proven broken, all else that is expected UNKNOWN. */
export function judge(situation: Situation): Judgement {
  const { due, history } = situation;
  const { verdict, reasons } = find(situation);
  const byMs = verdict === 'NOT_EXPECTED' ? null : expectedBy(due, history.lastSuccess?.timeMs ?? null);
  return {
    verdict,
    reasons: withCircumstances(reasons, situation),
    expectedByMs: byMs,
    overdueMs: byMs !== null && due.timeMs >= byMs ? due.timeMs - byMs : null,
  };
}

const OK: Finding = { verdict: 'OK', reasons: [] };
const EXCLUDED: Finding = { verdict: 'NOT_EXPECTED', reasons: ['EXCLUDED'] };
const RETIRED: Finding = { verdict: 'NOT_EXPECTED', reasons: ['RETIRED'] };
const NO_EXPECTATION: Finding = { verdict: 'NOT_EXPECTED', reasons: ['NO_EXPECTATION'] };
const UNREADABLE: Finding = { verdict: 'UNKNOWN', reasons: ['SOURCE_UNREADABLE'] };
const TOO_SHORT: Finding = { verdict: 'UNKNOWN', reasons: ['WINDOW_TOO_SHORT'] };

function find(situation: Situation): Finding {
  const { rule } = situation.due;
  if (situation.exclusion !== null) return EXCLUDED;
  if (situation.retiredMs !== null) return RETIRED;
  if (rule === null) return NO_EXPECTATION;
  if (isBlind(situation, rule)) return UNREADABLE;
  if (rule.rhythm.kind === 'continuous') return findOfStream(situation, rule.rhythm.lagBelowMs);
  return isDueRunMissing(situation) ? findOfMissing(situation) : findOfRuns(situation, rule);
}

function isBlind({ feeds, due }: Situation, { maxBlindMs }: Expectation): boolean {
  return (
    feeds.length === 0 ||
    feeds.some(({ fetchTimeMs }) => fetchTimeMs === null || due.timeMs - fetchTimeMs > maxBlindMs)
  );
}

function isDueRunMissing({ due: { sinceMs }, history: { lastSuccess } }: Situation): boolean {
  return sinceMs !== null && (lastSuccess === null || lastSuccess.timeMs < sinceMs);
}

function findOfMissing({ due, feeds, history }: Situation): Finding {
  if (!areCurrent(feeds)) return UNREADABLE;
  if (!areCovered(feeds, due.sinceMs ?? 0)) return TOO_SHORT;
  return violated(history.lastSuccess === null ? 'NEVER_RUN' : 'OVERDUE');
}

function findOfRuns({ due, feeds, history }: Situation, rule: Expectation): Finding {
  const { failuresInARow, maxDurationMs } = rule;
  const { failuresSinceSuccess, runningSinceMs } = history;
  const reasons: Reason[] = [];
  if (failuresInARow !== null && failuresSinceSuccess >= failuresInARow) reasons.push('FAILING');
  if (maxDurationMs !== null && runningSinceMs !== null && due.timeMs - runningSinceMs > maxDurationMs) {
    reasons.push('STUCK');
  }
  if (reasons.length === 0) return OK;
  return areCurrent(feeds) ? violated(...reasons) : UNREADABLE;
}

function findOfStream({ due, feeds, history: { stream }, isPast }: Situation, lagBelowMs: number): Finding {
  // Only a whole list proves that there is no stream: streams are older than what a cut list has.
  if (stream === null) return areCovered(feeds, 0) ? violated('NEVER_RUN') : TOO_SHORT;
  if (isPast) return UNREADABLE;
  const broken = BROKEN_STREAM[stream.status];
  if (broken !== undefined) return violated(broken);
  if (stream.status !== 'RUNNING' || stream.checkpointTimeMs === null) return UNREADABLE;
  if (due.timeMs - stream.checkpointTimeMs <= lagBelowMs) return OK;
  return areCurrent(feeds) ? violated('LAGGING') : UNREADABLE;
}

const BROKEN_STREAM: Partial<Record<TaskStatus, Reason>> = {
  STOPPED: 'STOPPED',
  FAILED: 'FAILING',
  PAUSED: 'PAUSED',
};

function violated(...reasons: readonly Reason[]): Finding {
  return { verdict: 'VIOLATED', reasons };
}

function areCurrent(feeds: readonly FeedEvidence[]): boolean {
  return feeds.every(({ isCurrent }) => isCurrent);
}

/** Nothing ran before 1970: a feed covered since then is covered since ever. */
function areCovered(feeds: readonly FeedEvidence[], sinceMs: number): boolean {
  const neededMs = Math.max(0, sinceMs);
  return feeds.every(({ coveredSinceMs }) => coveredSinceMs !== null && coveredSinceMs <= neededMs);
}

function withCircumstances(reasons: readonly Reason[], { due, history }: Situation): readonly Reason[] {
  if (!due.isMaintenance && history.successWithWarnings === null) return reasons;
  const circumstances: Reason[] = [...reasons];
  if (history.successWithWarnings !== null) circumstances.push('WARNINGS');
  if (due.isMaintenance) circumstances.push('MAINTENANCE');
  return circumstances;
}
