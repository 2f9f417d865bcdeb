import type { FeedState } from '@/model/collection.js';
import { formatTime, isEpochMs } from '@/model/time.js';
import type { Assessment } from './source-judge.js';
import type { DayCell } from './days.js';
import { medianDurationSeconds } from './history.js';
import { describeReason } from './reason-text.js';
import type { EvidenceDto, ResourceDto } from './resource.dto.js';
import { deadlineOf, judgedStream, type Situation } from './verdict.js';
import type { FeedEvidence } from './evidence.js';

/** A resource as the contract shows it; `days` where they are asked for. */
export function showResource(assessment: Assessment, days: readonly DayCell[] | null): ResourceDto {
  const { resource, group, judgement, feeds } = assessment;
  const { rows, ...identity } = resource;
  const { expectedByMs, overdueMs } = deadlineOf(assessment, judgement.verdict);
  return {
    ...identity,
    verdict: judgement.verdict,
    reasons: judgement.reasons.map((code) => ({ code, message: describeReason(code, assessment) })),
    expectation: group.rule?.name ?? null,
    expectedBy: timeOrNull(expectedByMs),
    overdueSeconds: secondsOrNull(overdueMs),
    ...showHistory(assessment),
    medianDurationSeconds: medianDurationSeconds(rows, group.criteria, assessment.source.moment),
    evidence: showEvidence(feeds),
    ...(days && { days: [...days] }),
  };
}

type ShownHistory = Pick<
  ResourceDto,
  | 'lastSuccessTime'
  | 'lastSuccessTask'
  | 'lastFailureTime'
  | 'lastFailureTask'
  | 'consecutiveFailures'
  | 'runningSince'
  | 'checkpointTime'
  | 'lagSeconds'
  | 'taskCount'
>;

function showHistory(situation: Situation): ShownHistory {
  const { lastSuccess, lastFailure, ...rest } = situation.history;
  const checkpointMs = judgedStream(situation)?.checkpointTimeMs ?? null;
  return {
    lastSuccessTime: timeOrNull(lastSuccess?.timeMs),
    lastSuccessTask: lastSuccess?.taskId ?? null,
    lastFailureTime: timeOrNull(lastFailure?.timeMs),
    lastFailureTask: lastFailure?.taskId ?? null,
    consecutiveFailures: rest.failuresSinceSuccess,
    runningSince: timeOrNull(rest.runningSinceMs),
    checkpointTime: timeOrNull(checkpointMs),
    lagSeconds: checkpointMs === null ? null : Math.max(0, situation.due.timeMs - checkpointMs) / 1000,
    taskCount: rest.taskCount,
  };
}

/** The states of a feed that lacks nothing. */
const WHOLE: ReadonlySet<FeedState> = new Set(['FRESH', 'DISABLED']);

function showEvidence(feeds: readonly FeedEvidence[]): EvidenceDto {
  const since = feeds.map(({ coveredSinceMs }) => coveredSinceMs ?? Infinity);
  const read = feeds.map(({ fetchTimeMs }) => fetchTimeMs ?? -Infinity);
  return {
    // What is covered whole is covered since before there were clouds.
    from: feeds.length === 0 ? null : timeOrNull(Math.max(0, ...since)),
    to: timeOrNull(Math.min(...read)),
    feeds: feeds.map(({ feed }) => feed),
    complete: feeds.length > 0 && feeds.every(({ state }) => WHOLE.has(state)),
  };
}

function timeOrNull(epochMs: number | null | undefined): string | null {
  return isEpochMs(epochMs) ? formatTime(epochMs) : null;
}

function secondsOrNull(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}
