import { field, listOf, number, object, oneOf, orNull, text, time, type TypeOf } from './schema.js';

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

export const TASK_RESOURCE = object('TaskResource', 'What is backed up.', {
  type: field(orNull(text), {
    description:
      '`css-cluster`, `cce-cluster`, `oceanbase-tenant` (`oceanbase-cluster` if the task is not for a single tenant), or\n' +
      "CBR's own type string.",
    example: 'OS::Nova::Server',
  }),
  id: field(orNull(text), {
    description: "The resource's id in the upstream.",
    example: '1dab32fa-ebf2-415a-ab0b-eabe6353bc86',
  }),
  name: field(orNull(text), { description: "The resource's name in the upstream.", example: 'ECS-0001' }),
});
export interface TaskResource extends TypeOf<typeof TASK_RESOURCE> {}

export const TASK_CLUSTER = object('TaskCluster', 'The cluster a task ran on.', {
  id: field(text, { description: "The upstream's id of the cluster.", example: '1000005' }),
  name: field(orNull(text), { description: 'The name of the cluster.', example: 'yc0820_17' }),
});
export interface TaskCluster extends TypeOf<typeof TASK_CLUSTER> {}

export const TASK_ERROR = object('TaskError', 'The error that the upstream reports.', {
  code: field(orNull(text), { description: "The upstream's error code.", example: 'BackupService.6300' }),
  message: field(text, {
    description: "The upstream's error text.",
    example: 'The backup could not be created.',
  }),
});
export interface TaskError extends TypeOf<typeof TASK_ERROR> {}

export const TASK_WARNING = object('TaskWarning', 'A problem that does not change the status of the task.', {
  code: field(orNull(text), { description: "The upstream's code.", example: 'BackupService.1110' }),
  message: field(text, {
    description: "The gateway's description of the problem.",
    example: 'The backup could not be made application-consistent.',
  }),
});
export interface TaskWarning extends TypeOf<typeof TASK_WARNING> {}

/**
 * One record of a feed, normalised. Every field is always present; unknown is null, no warnings are an empty list.
 * Times are RFC 3339 in UTC with milliseconds, so they compare as strings. The type, the check of stored rows and the
 * schema in the OpenAPI document come from here.
 */
export const TASK = object(
  'Task',
  'One record of a feed, normalised. Every field except `raw` is always present, and null if its value is not known.',
  {
    id: field(text, {
      description: 'Unique over all sources, stable over time, safe in a URL path.',
      example: 'server-backups.4827f2da-b008-4507-ab7d-42d0df5ed912',
    }),
    provider: field(text, {
      description: 'The kind of upstream system. New kinds may be added; `/v1/providers` lists them.',
      example: 'huawei-cbr',
    }),
    source: field(text, { description: 'The id of the configured source.', example: 'server-backups' }),
    feed: field(text, {
      description: 'The full name of the feed.',
      example: 'sources/server-backups/feeds/operation-logs',
    }),
    nativeId: field(orNull(text), {
      description: "The task's id in the upstream.",
      example: '4827f2da-b008-4507-ab7d-42d0df5ed912',
    }),
    type: field(oneOf(TASK_TYPES, 'TaskType'), { description: 'What kind of work it is.' }),
    trigger: field(orNull(oneOf(TASK_TRIGGERS)), {
      description: 'How the task was started.',
      example: 'SCHEDULED',
    }),
    status: field(oneOf(TASK_STATUSES, 'TaskStatus'), {
      description: "The status of the task. UNKNOWN: the gateway does not know the upstream's status.",
    }),
    nativeStatus: field(orNull(text), {
      description: 'The status as the upstream reports it, unchanged.',
      example: 'success',
    }),
    progressPercent: field(orNull(number), {
      description:
        'The progress that the upstream reports; an ended task does not get 100 unless the upstream says so.',
      minimum: 0,
      maximum: 100,
      example: 100,
    }),
    createTime: field(orNull(time), {
      description: 'When the task was created.',
      example: '2019-05-23T14:31:36.039Z',
    }),
    startTime: field(orNull(time), {
      description: 'When the work began.',
      example: '2019-05-23T14:31:36.007Z',
    }),
    endTime: field(orNull(time), {
      description:
        'When the task ended; null if it has not ended, or if the upstream does not report the time.',
      example: '2019-05-23T14:35:23.511Z',
    }),
    updateTime: field(orNull(time), {
      description: 'When the upstream last changed the record.',
      example: '2019-05-23T14:35:23.584Z',
    }),
    durationSeconds: field(orNull(number), {
      description: 'Seconds from the start (if that is not known, from the creation) to the end.',
      minimum: 0,
      example: 227.504,
    }),
    checkpointTime: field(orNull(time), {
      description:
        'Continuous log backup: logs are archived up to this time; null if archiving has not begun.',
      example: null,
    }),
    lagSeconds: field(orNull(number), {
      description: 'Continuous log backup: how many seconds the archive is behind; never below 0.',
      minimum: 0,
      example: null,
    }),
    resource: field(orNull(TASK_RESOURCE), { description: 'What is backed up.' }),
    cluster: field(orNull(TASK_CLUSTER), { description: 'The cluster it ran on.' }),
    destination: field(orNull(text), {
      description:
        'Where the backup goes: the path of the logs (CSS), the URI of the backup (OCP), or the vault, by its name or else its\n' +
        'id (CBR). For a REPLICATION or RESTORE, this is the vault with the backup that is copied or restored, not the target,\n' +
        'which CBR does not report. For a DELETE, SYNC, VAULT_DELETE or REMOVE_RESOURCE, this is the vault that is changed.',
      example: 'vault-prod-01',
    }),
    error: field(orNull(TASK_ERROR), { description: 'null unless the upstream reports an error.' }),
    warnings: field(listOf(TASK_WARNING), {
      description:
        'Problems that do not change the status. Tasks in any status can have warnings; empty if there are none.',
      example: [],
    }),
    region: field(orNull(text), {
      description: "The region, from the source's configuration or from the record.",
      example: 'eu-west-101',
    }),
    projectId: field(orNull(text), {
      description: "The project, from the source's configuration or from the record.",
      example: '04f1829c788037ac2fb8c01eb2b04b95',
    }),
  },
);
export interface Task extends TypeOf<typeof TASK> {}

/** A task together with the upstream's record as it was received: a `JsonText`, or an object as one kept it before. */
export interface TaskRow {
  readonly task: Task;
  readonly raw: object;
}
