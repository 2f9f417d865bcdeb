import type { Task, TaskRow, TaskStatus, TaskType } from '@/model/task.js';
import type { Outcome, TaskHistory } from './evidence.js';

/** Which tasks a rule counts, and how. */
export interface TaskCriteria {
  readonly taskTypes: ReadonlySet<TaskType>;
  readonly warningsCountAs: 'success' | 'failure';
}

/** What became of a task by a moment. */
export type OutcomeKind = 'success' | 'failure' | 'running' | 'other';

export interface TaskAt {
  readonly kind: OutcomeKind;
  /** Of an ended task: when it ended, or else was changed last, or else was created. Epoch milliseconds. */
  readonly timeMs: number;
}

const FAILURES: ReadonlySet<TaskStatus> = new Set(['FAILED', 'TIMED_OUT']);

/** null where the task did not exist yet. One that ended later was running. */
export function taskAt(task: Task, warningsCountAs: 'success' | 'failure', atMs: number): TaskAt | null {
  const createdMs = msOf(task.createTime ?? task.startTime);
  if (createdMs !== null && createdMs > atMs) return null;
  const begunMs = createdMs ?? atMs;
  const kind = outcomeOf(task, warningsCountAs);
  if (kind === null) return { kind: isRunning(task, atMs) ? 'running' : 'other', timeMs: begunMs };
  const timeMs = msOf(task.endTime ?? task.updateTime) ?? begunMs;
  return timeMs > atMs ? { kind: 'running', timeMs: begunMs } : { kind, timeMs };
}

function isRunning({ status, endTime }: Task, atMs: number): boolean {
  return status === 'RUNNING' || isLater(endTime, atMs);
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
export function historyAt(rows: readonly TaskRow[], criteria: TaskCriteria, atMs: number): TaskHistory {
  const counted = countedTasks(rows, criteria, atMs);
  const failures = counted.filter(({ kind }) => kind === 'failure');
  const lastSuccess = newest(counted.filter(({ kind }) => kind === 'success'));
  const succeeded = newest(
    counted.filter(({ task, kind }) => task.status === 'SUCCEEDED' && kind !== 'running'),
  );
  return {
    lastSuccess: asOutcome(lastSuccess),
    lastFailure: asOutcome(newest(failures)),
    failuresSinceSuccess: failures.filter(({ timeMs }) => timeMs > (lastSuccess?.timeMs ?? -Infinity)).length,
    successWithWarnings: asOutcome((succeeded?.task.warnings.length ?? 0) > 0 ? succeeded : undefined),
    runningSinceMs: runningSince(counted),
    stream: streamAt(rows, criteria, atMs),
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
  atMs: number,
): CountedTask[] {
  return rows.flatMap(({ task }) => {
    const at = taskTypes.has(task.type) ? taskAt(task, warningsCountAs, atMs) : null;
    return at === null ? [] : { ...at, task };
  });
}

/** Of several that ended at the same time, the first. */
function newest(tasks: readonly CountedTask[]): CountedTask | undefined {
  let last = tasks[0];
  for (const each of tasks) if (last === undefined || each.timeMs > last.timeMs) last = each;
  return last;
}

function asOutcome(counted: CountedTask | undefined): Outcome | null {
  return counted === undefined ? null : { timeMs: counted.timeMs, taskId: counted.task.id };
}

function runningSince(counted: readonly CountedTask[]): number | null {
  const begunMs = counted
    .filter(({ kind }) => kind === 'running')
    .map(({ task, timeMs }) => msOf(task.startTime) ?? timeMs);
  return begunMs.length === 0 ? null : Math.min(...begunMs);
}

/** From this moment on, the tasks say the same at any time. Epoch milliseconds. */
export function settledMs(rows: readonly TaskRow[]): number {
  let latestMs = -Infinity;
  for (const { task } of rows) {
    for (const time of [task.createTime, task.startTime, task.endTime, task.updateTime]) {
      latestMs = Math.max(latestMs, msOf(time) ?? -Infinity);
    }
  }
  return latestMs;
}

/** How many successes a median is of. */
const MOST_SUCCESSES = 20;

/** The median duration of the last successes, by nearest rank; null where none has a duration. */
export function medianDurationSeconds(
  rows: readonly TaskRow[],
  criteria: TaskCriteria,
  atMs: number,
): number | null {
  const successes = countedTasks(rows, criteria, atMs).filter(({ kind }) => kind === 'success');
  const last = successes.sort((a, b) => b.timeMs - a.timeMs).slice(0, MOST_SUCCESSES);
  const durations = last.flatMap(({ task }) => task.durationSeconds ?? []).sort((a, b) => a - b);
  return durations[Math.ceil(durations.length / 2) - 1] ?? null;
}

/** The newest stream: the rows have the newest first. What its checkpoint was before, nobody knows. */
function streamAt(
  rows: readonly TaskRow[],
  { taskTypes }: TaskCriteria,
  atMs: number,
): TaskHistory['stream'] {
  const type: TaskType = 'CONTINUOUS_LOG_BACKUP';
  if (!taskTypes.has(type)) return null;
  const newest = rows.find(({ task }) => task.type === type && !isLater(task.createTime, atMs));
  if (newest === undefined) return null;
  const { status, endTime, checkpointTime } = newest.task;
  return {
    status: isLater(endTime, atMs) ? 'RUNNING' : status,
    checkpointTimeMs: isLater(checkpointTime, atMs) ? null : msOf(checkpointTime),
  };
}

function isLater(time: string | null, atMs: number): boolean {
  const ms = msOf(time);
  return ms !== null && ms > atMs;
}

function msOf(time: string | null): number | null {
  return time === null ? null : Date.parse(time);
}
