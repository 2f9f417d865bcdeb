import type { Exclusion, Expectation } from '@/model/expectation.js';
import type { TaskStatus } from '@/model/task.js';
import { type Due, expectedBy, firstAfter, intervalEndMs } from './due.js';
import type { FeedEvidence, Stream, TaskHistory } from './evidence.js';

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
}

/** When the next success is due. */
export interface Deadline {
  /** At the latest, epoch milliseconds; null where nothing is due, or nothing tells when. */
  readonly expectedByMs: number | null;
  /** How far T is past that; null where it is not. */
  readonly overdueMs: number | null;
}

/** The verdict that the evidence proves: OK is proven kept, VIOLATED is proven broken, all else that is expected UNKNOWN. */
export function judge(situation: Situation): Judgement {
  const found = find(situation);
  const circumstances = circumstancesOf(situation);
  if (circumstances.length === 0) return found;
  return { verdict: found.verdict, reasons: [...found.reasons, ...circumstances] };
}

/** When the next success is due, in a situation with this verdict. */
export function deadlineOf({ due, history }: Situation, verdict: Verdict): Deadline {
  const byMs = verdict === 'NOT_EXPECTED' ? null : expectedBy(due, history.lastSuccess?.timeMs ?? null);
  return { expectedByMs: byMs, overdueMs: byMs !== null && due.timeMs >= byMs ? due.timeMs - byMs : null };
}

/**
 * The first moment after T at which `judge` may find something else while the tasks, the snapshots and what the rules expect
 * (`dueUntilMs`) stay as they are; Infinity where there is none. Each comparison with T that `judge` makes has a moment here.
 */
export function holdsUntilMs({ due, feeds, history }: Situation): number {
  const { rule, timeMs } = due;
  if (rule === null) return Infinity;
  const { lastSuccess, runningSinceMs, streams } = history;
  // What a limit allows is allowed up to and with its last millisecond.
  const limits = [
    ...feeds.map(({ fetchTimeMs }) => endOfLimit(fetchTimeMs, rule.maxBlindMs)),
    endOfLimit(runningSinceMs, rule.maxDurationMs),
    ...streams.map(({ checkpointTimeMs }) => endOfLimit(checkpointTimeMs, lagBelowMsOf(rule))),
  ].map((lastMs) => lastMs + 1);
  // Of whom there is no success, a run is missing once the snapshots cover the interval.
  const beginnings = [
    lastSuccess?.timeMs ?? null,
    ...feeds.map(({ coveredSinceMs }) => (coveredSinceMs === null ? null : coveredSinceMs - 1)),
  ];
  const ends = beginnings.filter(isMoment).map((beginMs) => intervalEndMs(due, beginMs));
  return firstAfter(timeMs, [...limits, ...ends]);
}

/** null, or without bounds, is no moment. */
function isMoment(timeMs: number | null | undefined): timeMs is number {
  return Number.isFinite(timeMs);
}

function endOfLimit(fromMs: number | null | undefined, limitMs: number | null): number {
  return isMoment(fromMs) && limitMs !== null ? fromMs + limitMs : Infinity;
}

const OK: Judgement = { verdict: 'OK', reasons: [] };
const EXCLUDED: Judgement = { verdict: 'NOT_EXPECTED', reasons: ['EXCLUDED'] };
const RETIRED: Judgement = { verdict: 'NOT_EXPECTED', reasons: ['RETIRED'] };
const NO_EXPECTATION: Judgement = { verdict: 'NOT_EXPECTED', reasons: ['NO_EXPECTATION'] };
const UNREADABLE: Judgement = { verdict: 'UNKNOWN', reasons: ['SOURCE_UNREADABLE'] };
const TOO_SHORT: Judgement = { verdict: 'UNKNOWN', reasons: ['WINDOW_TOO_SHORT'] };

function find(situation: Situation): Judgement {
  const { rule } = situation.due;
  if (situation.exclusion !== null) return EXCLUDED;
  if (situation.retiredMs !== null) return RETIRED;
  if (rule === null) return NO_EXPECTATION;
  if (isBlind(situation, rule)) return UNREADABLE;
  if (rule.rhythm.kind === 'continuous') return findOfStreams(situation);
  return isDueRunMissing(situation) ? findOfMissing(situation) : findOfRuns(situation, rule);
}

function isBlind({ feeds, due }: Situation, { maxBlindMs }: Expectation): boolean {
  return (
    feeds.length === 0 ||
    feeds.some(
      ({ fetchTimeMs, state }) =>
        state !== 'DISABLED' && (fetchTimeMs === null || due.timeMs - fetchTimeMs > maxBlindMs),
    )
  );
}

function isDueRunMissing({ due: { sinceMs }, history: { lastSuccess } }: Situation): boolean {
  return sinceMs !== null && (lastSuccess === null || lastSuccess.timeMs < sinceMs);
}

function findOfMissing({ due, feeds, history }: Situation): Judgement {
  if (!areCurrent(feeds)) return UNREADABLE;
  if (!areCovered(feeds, due.sinceMs ?? 0)) return TOO_SHORT;
  return history.lastSuccess === null ? NEVER_RUN : OVERDUE;
}

function findOfRuns({ due, feeds, history }: Situation, rule: Expectation): Judgement {
  const { failuresInARow, maxDurationMs } = rule;
  const { failuresSinceSuccess, runningSinceMs } = history;
  const isFailing = failuresInARow !== null && failuresSinceSuccess >= failuresInARow;
  const isStuck =
    maxDurationMs !== null && runningSinceMs !== null && due.timeMs - runningSinceMs > maxDurationMs;
  if (!isFailing && !isStuck) return OK;
  if (!areCurrent(feeds)) return UNREADABLE;
  return violated(...(isFailing ? ['FAILING' as const] : []), ...(isStuck ? ['STUCK' as const] : []));
}

/** Of the newest streams, the one that the verdict is on: the worst, of several such the one that lags most. */
export function judgedStream(situation: Situation): Stream | null {
  let worst: Stream | null = null;
  for (const stream of situation.history.streams) {
    if (worst === null || compareStreams(stream, worst, situation) < 0) worst = stream;
  }
  return worst;
}

function compareStreams(a: Stream, b: Stream, situation: Situation): number {
  const rankOf = (stream: Stream): number => VERDICTS.indexOf(findOfStream(stream, situation).verdict);
  return rankOf(a) - rankOf(b) || (a.checkpointTimeMs ?? 0) - (b.checkpointTimeMs ?? 0);
}

function findOfStreams(situation: Situation): Judgement {
  const stream = judgedStream(situation);
  if (stream !== null) return findOfStream(stream, situation);
  // Only a whole list proves that there is no stream: streams are older than what a cut list has.
  return areCovered(situation.feeds, 0) ? NEVER_RUN : TOO_SHORT;
}

function findOfStream(stream: Stream, { due, feeds, isPast }: Situation): Judgement {
  if (isPast) return UNREADABLE;
  const broken = BROKEN_STREAM[stream.status];
  if (broken !== undefined) return broken;
  if (stream.status !== 'RUNNING' || stream.checkpointTimeMs === null) return UNREADABLE;
  if (due.timeMs - stream.checkpointTimeMs <= (lagBelowMsOf(due.rule) ?? Infinity)) return OK;
  return areCurrent(feeds) ? LAGGING : UNREADABLE;
}

function lagBelowMsOf(rule: Expectation | null): number | null {
  return rule?.rhythm.kind === 'continuous' ? rule.rhythm.lagBelowMs : null;
}

const BROKEN_STREAM: Partial<Record<TaskStatus, Judgement>> = {
  STOPPED: violated('STOPPED'),
  FAILED: violated('FAILING'),
  PAUSED: violated('PAUSED'),
};

function violated(...reasons: readonly Reason[]): Judgement {
  return { verdict: 'VIOLATED', reasons };
}

const OVERDUE = violated('OVERDUE');
const NEVER_RUN = violated('NEVER_RUN');
const LAGGING = violated('LAGGING');

function areCurrent(feeds: readonly FeedEvidence[]): boolean {
  return feeds.every(({ isCurrent }) => isCurrent);
}

/** Nothing ran before 1970: a feed covered since then is covered since ever. */
function areCovered(feeds: readonly FeedEvidence[], sinceMs: number): boolean {
  const neededMs = Math.max(0, sinceMs);
  return feeds.every(({ coveredSinceMs }) => coveredSinceMs !== null && coveredSinceMs <= neededMs);
}

const NONE: readonly Reason[] = [];

function circumstancesOf({ due, history }: Situation): readonly Reason[] {
  if (!due.isMaintenance && history.successWithWarnings === null) return NONE;
  const circumstances: Reason[] = [];
  if (history.successWithWarnings !== null) circumstances.push('WARNINGS');
  if (due.isMaintenance) circumstances.push('MAINTENANCE');
  return circumstances;
}
