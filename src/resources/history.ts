import type { Task, TaskRow, TaskStatus, TaskType } from '@/model/task.js';
import type { JudgedTime, Outcome, Stream, TaskHistory } from './evidence.js';

/** Which tasks a rule counts, and how. */
export interface TaskCriteria {
  readonly taskTypes: ReadonlySet<TaskType>;
  readonly warningsCountAs: 'success' | 'failure';
}

/** What became of a task by a moment. */
export type OutcomeKind = 'success' | 'failure' | 'running' | 'other';

export interface TaskAt {
  readonly kind: OutcomeKind;
  /** Of an ended task: when it ended, or else was changed last, or else was created. As tasks have times. */
  readonly time: string;
}

const FAILURES: ReadonlySet<TaskStatus> = new Set(['FAILED', 'TIMED_OUT']);

/** A moment T as tasks have times, as a text, to be compared with them: to read each time of a million tasks takes too long. */
export interface ComparableTime {
  readonly time: string;
  /** False for the present: whatever is known has happened, also what is later than T by the clock of an upstream. */
  readonly isPast: boolean;
}

export function comparableTime({ timeMs, isPast }: JudgedTime): ComparableTime {
  return { time: timeOf(timeMs), isPast };
}

/** null where the task did not exist yet. One that ended later was running. */
export function taskAt(
  task: Task,
  warningsCountAs: 'success' | 'failure',
  at: ComparableTime,
): TaskAt | null {
  const created = task.createTime ?? task.startTime;
  if (isLater(created, at)) return null;
  const begun = created ?? at.time;
  const kind = outcomeOf(task, warningsCountAs);
  if (kind === null) return { kind: isRunning(task, at) ? 'running' : 'other', time: begun };
  const time = task.endTime ?? task.updateTime ?? begun;
  return isLater(time, at) ? { kind: 'running', time: begun } : { kind, time };
}

function isRunning({ status, endTime }: Task, at: ComparableTime): boolean {
  return status === 'RUNNING' || isLater(endTime, at);
}

function outcomeOf(
  { status, warnings }: Task,
  warningsCountAs: 'success' | 'failure',
): 'success' | 'failure' | null {
  if (FAILURES.has(status)) return 'failure';
  if (status !== 'SUCCEEDED') return null;
  return warnings.length > 0 ? warningsCountAs : 'success';
}

/** What the tasks of a resource, in `USUAL_ORDER`, say at a moment. */
export function historyAt(rows: readonly TaskRow[], criteria: TaskCriteria, moment: JudgedTime): TaskHistory {
  const at = comparableTime(moment);
  const counted = countedTasks(rows, criteria, at);
  const failures = counted.filter(({ kind }) => kind === 'failure');
  const lastSuccess = newest(counted.filter(({ kind }) => kind === 'success'));
  const succeeded = newest(
    counted.filter(({ task, kind }) => task.status === 'SUCCEEDED' && kind !== 'running'),
  );
  return {
    lastSuccess: asOutcome(lastSuccess),
    lastFailure: asOutcome(newest(failures)),
    failuresSinceSuccess: failures.filter(({ time }) => time > (lastSuccess?.time ?? '')).length,
    successWithWarnings: asOutcome((succeeded?.task.warnings.length ?? 0) > 0 ? succeeded : undefined),
    runningSinceMs: runningSince(counted),
    streams: newestStreams(rows, criteria, at),
    taskCount: counted.length,
  };
}

/** A task that a rule counts, and what became of it. */
export interface CountedTask extends TaskAt {
  readonly task: Task;
}

/** Those of the tasks that existed at a moment and count. */
export function countedTasks(
  rows: readonly TaskRow[],
  { taskTypes, warningsCountAs }: TaskCriteria,
  at: ComparableTime,
): CountedTask[] {
  const counted: CountedTask[] = [];
  for (const { task } of rows) {
    const then = taskTypes.has(task.type) ? taskAt(task, warningsCountAs, at) : null;
    if (then !== null) counted.push({ kind: then.kind, time: then.time, task });
  }
  return counted;
}

/** Of several that ended at the same time, the first. */
function newest(tasks: readonly CountedTask[]): CountedTask | undefined {
  let last = tasks[0];
  for (const each of tasks) if (last === undefined || each.time > last.time) last = each;
  return last;
}

function asOutcome(counted: CountedTask | undefined): Outcome | null {
  return counted === undefined ? null : { timeMs: Date.parse(counted.time), taskId: counted.task.id };
}

function runningSince(counted: readonly CountedTask[]): number | null {
  let first: string | null = null;
  for (const { kind, task, time } of counted) {
    const begun = task.startTime ?? time;
    if (kind === 'running' && (first === null || begun < first)) first = begun;
  }
  return msOf(first);
}

/** From this moment on, the tasks say the same at any time. Epoch milliseconds. */
export function settledMs(rows: readonly TaskRow[]): number {
  let latest = '';
  for (const { task } of rows) {
    for (const time of [
      task.createTime,
      task.startTime,
      task.endTime,
      task.updateTime,
      task.checkpointTime,
    ]) {
      if (time !== null && time > latest) latest = time;
    }
  }
  return latest === '' ? -Infinity : Date.parse(latest);
}

/** How many successes a median is of. */
const MOST_SUCCESSES = 20;

/** The median duration of the last successes, by nearest rank; null where none has a duration. */
export function medianDurationSeconds(
  rows: readonly TaskRow[],
  criteria: TaskCriteria,
  moment: JudgedTime,
): number | null {
  const successes = countedTasks(rows, criteria, comparableTime(moment)).filter(
    ({ kind }) => kind === 'success',
  );
  const last = successes.sort((a, b) => compareTimes(b, a)).slice(0, MOST_SUCCESSES);
  const durations = last.flatMap(({ task }) => task.durationSeconds ?? []).sort((a, b) => a - b);
  return durations[Math.ceil(durations.length / 2) - 1] ?? null;
}

/** The rows have the newest first. What the checkpoint of a stream was before, nobody knows. */
function newestStreams(
  rows: readonly TaskRow[],
  { taskTypes }: TaskCriteria,
  at: ComparableTime,
): readonly Stream[] {
  const type: TaskType = 'CONTINUOUS_LOG_BACKUP';
  if (!taskTypes.has(type)) return NO_STREAMS;
  const streams = rows.filter(({ task }) => task.type === type && !isLater(task.createTime, at));
  const newest = streams.filter(({ task }) => task.createTime === streams[0]?.task.createTime);
  return newest.map(({ task: { id, status, endTime, checkpointTime } }) => ({
    taskId: id,
    status: isLater(endTime, at) ? 'RUNNING' : status,
    checkpointTimeMs: isLater(checkpointTime, at) ? null : msOf(checkpointTime),
  }));
}

const NO_STREAMS: readonly Stream[] = [];

/** Negative where `a` comes first. */
export function compareTimes(a: TaskAt, b: TaskAt): number {
  if (a.time === b.time) return 0;
  return a.time < b.time ? -1 : 1;
}

/** A moment as tasks have times. What is before the year 0 comes before all of them. */
export function timeOf(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

function isLater(time: string | null, at: ComparableTime): boolean {
  return at.isPast && time !== null && time > at.time;
}

function msOf(time: string | null): number | null {
  return time === null ? null : Date.parse(time);
}
