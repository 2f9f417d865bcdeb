import { dueOf } from './due.js';
import type { FeedEvidence } from './evidence.js';
import { compareTimes, countedTasks, momentOf, timeOf, type CountedTask } from './history.js';
import type { RuleGroup } from './rule-book.js';
import type { Assessment } from './source-judge.js';
import type { Judgement } from './verdict.js';

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
  const tasks = countedTasks(resource.rows, group.criteria, momentOf(source.moment)).sort(compareTimes);
  // Of what nobody has ever backed up, each day was missed.
  const firstMs = tasks[0] === undefined ? -Infinity : Date.parse(tasks[0].time);
  const indexOf = cursorOver(tasks);
  return days.map((day) => {
    const ofDay = tasks.slice(indexOf(day.startMs), indexOf(day.endMs));
    const last = ofDay.findLast(({ kind }) => kind !== 'other') ?? null;
    return {
      date: day.date,
      state: last === null ? withoutTask(assessment, day, firstMs) : stateOf(last),
      count: ofDay.length,
      failed: ofDay.filter(({ kind }) => kind === 'failure').length,
      taskId: last?.task.id ?? null,
    };
  });
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

/** A day of which not all is known is UNKNOWN, whatever was to be expected. */
function withoutTask(assessment: Assessment, day: Day, firstMs: number): DayState {
  const { feeds, due, group, memoized, source } = assessment;
  const lastMs = Math.min(day.endMs - 1, due.timeMs);
  const isSeen = feeds.every((feed) => isCovered(feed, { startMs: day.startMs, lastMs }));
  if (feeds.length === 0 || !isSeen) return 'UNKNOWN';
  if (firstMs > lastMs) return 'NONE';
  const moments = [lastMs, ...deadlineOfLastRun(group, day, due.timeMs)];
  const judgements = moments.map((timeMs) => source.at(timeMs).assess(memoized).judgement);
  if (judgements.some(isMissed)) return 'MISSED';
  return group.rule?.rhythm.kind !== 'continuous' && judgements.some(({ verdict }) => verdict === 'UNKNOWN')
    ? 'UNKNOWN'
    : 'NONE';
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
