import { dueOf } from './due.js';
import type { FeedEvidence } from './evidence.js';
import { compareTimes, countedTasks, comparableTime, timeOf, type CountedTask } from './history.js';
import type { RuleGroup } from './rule-book.js';
import type { Assessment } from './source-judge.js';
import { judgedStream, type Judgement, type Verdict } from './verdict.js';

export const DAY_STATES = ['SUCCEEDED', 'WARNING', 'FAILED', 'RUNNING', 'MISSED', 'NONE', 'UNKNOWN'] as const;
export type DayState = (typeof DAY_STATES)[number];

/** One calendar day of a time zone. */
export interface Day {
  /** `2026-11-29` */
  readonly date: string;
  /** Inclusive, epoch milliseconds. */
  readonly startMs: number;
  /** Exclusive. */
  readonly endMs: number;
}

/** What happened to a resource on a day. */
export interface DayCell {
  readonly date: string;
  readonly state: DayState;
  /** Tasks of the day. */
  readonly count: number;
  /** Of these, the failures. */
  readonly failed: number;
  /** The task that the state is of; null where there is none. */
  readonly taskId: string | null;
}

/**
 * What happened to a resource on each day, oldest first; the last is the day of T. A task belongs to the day of its end, else of
 * its start.
 */
export function dayCells(assessment: Assessment, days: readonly Day[]): DayCell[] {
  const { resource, group, source } = assessment;
  const tasks = countedTasks(resource.rows, group.criteria, comparableTime(source.moment)).sort(compareTimes);
  const firstMs = firstMsOf(tasks, group);
  const indexOf = cursorOver(tasks);
  return days.map((day) => {
    const ofDay = tasks.slice(indexOf(day.startMs), indexOf(day.endMs));
    const last = ofDay.findLast(({ kind }) => kind !== 'other') ?? null;
    return {
      date: day.date,
      count: ofDay.length,
      failed: ofDay.filter(({ kind }) => kind === 'failure').length,
      ...(ofStream(assessment, day, last) ?? {
        state: last === null ? withoutTask(assessment, day, firstMs) : stateOf(last),
        taskId: last?.task.id ?? null,
      }),
    };
  });
}

/** When the first of the tasks ended; where streams are expected, which end only once they are broken, when it was created. */
function firstMsOf(tasks: readonly CountedTask[], { rule }: RuleGroup): number {
  const [first] = tasks;
  // Of what nobody has ever backed up, each day was missed.
  if (first === undefined) return -Infinity;
  if (rule?.rhythm.kind !== 'continuous') return Date.parse(first.time);
  return Math.min(...tasks.map(({ task, time }) => Date.parse(task.createTime ?? time)));
}

/** By the verdict on a stream. */
const STREAM_STATES: Partial<Record<Verdict, DayState>> = {
  OK: 'RUNNING',
  VIOLATED: 'MISSED',
  UNKNOWN: 'UNKNOWN',
};

/** What the verdict on a stream says of the day of T; null of other days, where a failure of the day says more, and of no stream. */
function ofStream(
  assessment: Assessment,
  day: Day,
  last: CountedTask | null,
): Pick<DayCell, 'state' | 'taskId'> | null {
  const { due, group, judgement } = assessment;
  const state = STREAM_STATES[judgement.verdict];
  if (state === undefined || group.rule?.rhythm.kind !== 'continuous' || !isWithin(day, due.timeMs))
    return null;
  if (state === 'RUNNING') return { state, taskId: judgedStream(assessment)?.taskId ?? null };
  return last?.kind === 'failure' ? null : { state, taskId: null };
}

function isWithin({ startMs, endMs }: Day, timeMs: number): boolean {
  return startMs <= timeMs && timeMs < endMs;
}

/** Where the tasks from a moment on begin; asked for one moment after the other. */
function cursorOver(tasks: readonly CountedTask[]): (timeMs: number) => number {
  let index = 0;
  return (timeMs) => {
    const time = timeOf(timeMs);
    for (let task = tasks[index]; task !== undefined && task.time < time; task = tasks[index]) index += 1;
    return index;
  };
}

function stateOf({ kind, task }: CountedTask): DayState {
  if (kind === 'running') return 'RUNNING';
  if (kind === 'failure') return 'FAILED';
  return task.warnings.length > 0 ? 'WARNING' : 'SUCCEEDED';
}

/** A day of which not all is known is UNKNOWN, whatever was to be expected. So is a past day of a stream: its lag is not known. */
function withoutTask(assessment: Assessment, day: Day, firstMs: number): DayState {
  const { feeds, due, group, memoized, source } = assessment;
  const lastMs = Math.min(day.endMs - 1, due.timeMs);
  const isSeen = feeds.every((feed) => isCovered(feed, { startMs: day.startMs, lastMs }));
  if (feeds.length === 0 || !isSeen) return 'UNKNOWN';
  if (firstMs > lastMs) return 'NONE';
  const moments = [lastMs, ...deadlineOfLastRun(group, day, due.timeMs)];
  const judgements = moments.map((timeMs) => source.at(timeMs).assess(memoized).judgement);
  if (judgements.some(isMissed)) return 'MISSED';
  return judgements.some(({ verdict }) => verdict === 'UNKNOWN') ? 'UNKNOWN' : 'NONE';
}

function isCovered(
  { coveredSinceMs, fetchTimeMs, isCurrent }: FeedEvidence,
  { startMs, lastMs }: { readonly startMs: number; readonly lastMs: number },
): boolean {
  if (coveredSinceMs === null || coveredSinceMs > startMs) return false;
  return isCurrent || (fetchTimeMs !== null && fetchTimeMs >= lastMs);
}

/** Of the last run that was scheduled for the day, unless it is yet to come. It may be on the day after. */
function deadlineOfLastRun(
  { rule, maintenance }: RuleGroup,
  { startMs, endMs }: Day,
  timeMs: number,
): number[] {
  if (rule?.rhythm.kind !== 'schedule') return [];
  const { graceMs } = rule.rhythm;
  const { sinceMs } = dueOf(rule, maintenance, endMs - 1 + graceMs);
  return sinceMs !== null && sinceMs >= startMs && sinceMs + graceMs <= timeMs ? [sinceMs + graceMs] : [];
}

function isMissed({ reasons }: Judgement): boolean {
  return reasons.includes('OVERDUE') || reasons.includes('NEVER_RUN');
}
