import type { Expectation } from '@/model/expectation.js';
import { formatTime, isEpochMs } from '@/model/time.js';
import { expectedBy } from './due.js';
import type { FeedEvidence } from './evidence.js';
import { spanAt } from './maintenance.js';
import { judgedStream, type Reason, type Situation } from './verdict.js';

/** One sentence with the figures, for a reason that `judge` gave in this situation. */
export function describeReason(reason: Reason, situation: Situation): string {
  return SENTENCES[reason](situation);
}

const SENTENCES: Record<Reason, (situation: Situation) => string> = {
  OVERDUE: ({ due, history: { lastSuccess } }) =>
    `The last success ended at ${time(lastSuccess?.timeMs)}; the next was due by ` +
    `${time(expectedBy(due, lastSuccess?.timeMs ?? null))}.`,
  NEVER_RUN: neverRun,
  FAILING: failing,
  STUCK: ({ due, history }) =>
    `A task has been running since ${time(history.runningSinceMs)}; ${nameOf(due.rule)} allows ` +
    `${duration(due.rule?.maxDurationMs)}.`,
  LAGGING: lagging,
  STOPPED: () => 'The newest log backup is stopped.',
  PAUSED: () => 'The newest log backup is paused.',
  WARNINGS: ({ due, history }) =>
    `The success that ended at ${time(history.successWithWarnings?.timeMs)} had warnings` +
    (due.rule?.warningsCountAs === 'failure' ? `; ${nameOf(due.rule)} counts it as a failure.` : '.'),
  SOURCE_UNREADABLE: unreadable,
  WINDOW_TOO_SHORT: windowTooShort,
  MAINTENANCE: maintenance,
  EXCLUDED: excluded,
  RETIRED: ({ retiredMs }) => `The source logged at ${time(retiredMs)} that the resource was removed.`,
  NO_EXPECTATION: () => 'No expectation in the configuration matches the resource.',
};

function neverRun({ due: { rule, ...due }, feeds }: Situation): string {
  const disabled = feeds.find(({ state }) => state === 'DISABLED');
  if (disabled !== undefined) {
    return `No backup can run: the upstream says that backups are not enabled for ${disabled.feed}.`;
  }
  const rhythm = rule?.rhythm;
  if (rhythm?.kind === 'continuous') return 'No log backup is known.';
  if (rhythm?.kind === 'schedule') {
    return `No success is known; one was due by ${time(expectedBy({ rule, ...due }, null))}.`;
  }
  return (
    `No success is known; ${nameOf(rule)} asks for one every ${duration(rhythm?.everyMs)}, ` +
    `with a grace of ${duration(rhythm?.graceMs)}.`
  );
}

function failing({ due: { rule }, history }: Situation): string {
  if (rule?.rhythm.kind === 'continuous') return 'The newest log backup has failed.';
  return (
    `Failures since the last success: ${history.failuresSinceSuccess}, the newest at ` +
    `${time(history.lastFailure?.timeMs)}; ${nameOf(rule)} is broken by ${rule?.failuresInARow ?? 1}.`
  );
}

function lagging(situation: Situation): string {
  const { rule, timeMs } = situation.due;
  const checkpointMs = judgedStream(situation)?.checkpointTimeMs ?? timeMs;
  const lagBelowMs = rule?.rhythm.kind === 'continuous' ? rule.rhythm.lagBelowMs : 0;
  return (
    `Logs are archived up to ${time(checkpointMs)}, which is ${duration(timeMs - checkpointMs)} behind; ` +
    `${nameOf(rule)} allows ${duration(lagBelowMs)}.`
  );
}

function excluded({ exclusion }: Situation): string {
  const until = exclusion?.untilMs ?? null;
  const limit = until === null ? '' : ` until ${time(until)}`;
  return `The configuration excludes the resource${limit}: ${exclusion?.reason ?? ''}.`;
}

function maintenance({ due: { maintenance: windows, spans, timeMs } }: Situation): string {
  const window = windows.find((one) => spanAt([one], timeMs) !== undefined);
  return `Maintenance lasts until ${time(spanAt(spans, timeMs)?.toMs)}: ${window?.reason ?? ''}.`;
}

/** Looks for the cause in the order in which `judge` asks. */
function unreadable(situation: Situation): string {
  const { due, feeds } = situation;
  const oldest = oldestOf(feeds);
  if (oldest === null) return 'No feed is known that would list tasks of the resource.';
  if (oldest.fetchTimeMs === null) return neverRead(oldest);
  const maxBlindMs = due.rule?.maxBlindMs ?? 0;
  if (due.timeMs - oldest.fetchTimeMs > maxBlindMs) {
    return (
      `${oldest.feed} was last read at ${time(oldest.fetchTimeMs)}; ${nameOf(due.rule)} allows ` +
      `${duration(maxBlindMs)} without a read.`
    );
  }
  return unclearStream(situation) ?? unread(feeds.find(({ isCurrent }) => !isCurrent) ?? oldest);
}

function neverRead({ feed, state }: FeedEvidence): string {
  return state === 'FAILED' ? `${feed} could not be read.` : `${feed} has not been read yet.`;
}

function unclearStream(situation: Situation): string | null {
  const stream = judgedStream(situation);
  if (stream === null || situation.due.rule?.rhythm.kind !== 'continuous') return null;
  if (situation.isPast) return 'How far a log backup was behind at a past time is not known.';
  if (stream.status !== 'RUNNING') return `The newest log backup has the status ${stream.status}.`;
  return stream.checkpointTimeMs === null ? 'The newest log backup has no checkpoint.' : null;
}

function unread({ feed, fetchTimeMs }: FeedEvidence): string {
  return `${feed} was last read at ${time(fetchTimeMs)}, and what happened since is not known.`;
}

function windowTooShort({ due, feeds }: Situation): string {
  const latest = feeds.reduce((one, other) => (coveredSince(other) > coveredSince(one) ? other : one));
  const needed = (due.sinceMs ?? 0) <= 0 ? 'All tasks' : `All tasks since ${time(due.sinceMs)}`;
  const known =
    latest.coveredSinceMs === null
      ? `${latest.feed} may lack some`
      : `${latest.feed} has them since ${time(latest.coveredSinceMs)} only`;
  return `${needed} are needed for a verdict, and ${known}.`;
}

function coveredSince({ coveredSinceMs }: FeedEvidence): number {
  return coveredSinceMs ?? Infinity;
}

/** One that was never read, else the one whose read is the longest ago. */
function oldestOf(feeds: readonly FeedEvidence[]): FeedEvidence | null {
  const readMs = ({ fetchTimeMs }: FeedEvidence): number => fetchTimeMs ?? -Infinity;
  return feeds.reduce<FeedEvidence | null>(
    (oldest, feed) => (oldest === null || readMs(feed) < readMs(oldest) ? feed : oldest),
    null,
  );
}

function nameOf(rule: Expectation | null | undefined): string {
  return `the expectation "${rule?.name ?? ''}"`;
}

function time(epochMs: number | null | undefined): string {
  return isEpochMs(epochMs) ? formatTime(epochMs) : 'an unknown time';
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

/** In words, to the second: `1 day 2 hours`. */
function duration(ms: number | null | undefined): string {
  const parts: string[] = [];
  let leftMs = Math.max(0, ms ?? 0);
  for (const [unit, unitMs] of UNITS) {
    const count = Math.floor(leftMs / unitMs);
    if (count > 0) parts.push(`${count} ${unit}${count === 1 ? '' : 's'}`);
    leftMs -= count * unitMs;
  }
  return parts.join(' ') || '0 seconds';
}
