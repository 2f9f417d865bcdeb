/** What a task is doing, in Tributary's words. `UNKNOWN` is a native status the mapping does not know. */
export const TASK_STATUSES = [
  'PENDING',
  'RUNNING',
  'PAUSED',
  'SUCCEEDED',
  'FAILED',
  'TIMED_OUT',
  'SKIPPED',
  'STOPPED',
  'UNKNOWN',
] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** What kind of work a task does. */
export const TASK_TYPES = [
  'LOG_BACKUP',
  'CONTINUOUS_LOG_BACKUP',
  'CLUSTER_SNAPSHOT',
  'BACKUP',
  'REPLICATION',
  'RESTORE',
  'DELETE',
  'SYNC',
  'VAULT_DELETE',
  'REMOVE_RESOURCE',
  'OTHER',
] as const;
export type TaskType = (typeof TASK_TYPES)[number];

/** Who started a task. */
export const TASK_TRIGGERS = ['MANUAL', 'SCHEDULED'] as const;
export type TaskTrigger = (typeof TASK_TRIGGERS)[number];

const TERMINAL: ReadonlySet<TaskStatus> = new Set(['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'SKIPPED', 'STOPPED']);

/** True when a task in this status will not change any more. */
export function isTerminal(status: TaskStatus): boolean {
  return TERMINAL.has(status);
}

export interface TaskResource {
  type: string | null;
  id: string | null;
  name: string | null;
}

export interface TaskCluster {
  id: string;
  name: string | null;
}

export interface TaskError {
  code: string | null;
  message: string;
}

/** What went wrong beside the status: the upstream's code, where it has one, and a text of ours. */
export interface TaskWarning {
  code: string | null;
  message: string;
}

/**
 * One record of a feed, normalised. Every field is always present; unknown is null, no warnings are an empty list.
 * Times are RFC 3339 in UTC with milliseconds, so they compare as strings.
 */
export interface Task {
  id: string;
  provider: string;
  source: string;
  feed: string;
  nativeId: string | null;
  type: TaskType;
  trigger: TaskTrigger | null;
  status: TaskStatus;
  nativeStatus: string | null;
  progressPercent: number | null;
  createTime: string | null;
  startTime: string | null;
  endTime: string | null;
  updateTime: string | null;
  durationSeconds: number | null;
  checkpointTime: string | null;
  lagSeconds: number | null;
  resource: TaskResource | null;
  cluster: TaskCluster | null;
  destination: string | null;
  error: TaskError | null;
  warnings: readonly TaskWarning[];
  region: string | null;
  projectId: string | null;
}

/** A task together with the upstream's record as it was received: a `JsonText`, or an object as one kept it before. */
export interface TaskRow {
  readonly task: Task;
  readonly raw: object;
}
