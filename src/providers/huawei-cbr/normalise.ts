import type { DriftLog } from '@/model/drift.js';
import type { Feed } from '@/model/feed.js';
import type { SourceConfig } from '@/model/source.js';
import { hashedTaskId, nativeTaskId } from '@/model/task-id.js';
import {
  isTerminal,
  type Task,
  type TaskError,
  type TaskResource,
  type TaskRow,
  type TaskStatus,
  type TaskType,
  type TaskWarning,
} from '@/model/task.js';
import { secondsBetween } from '@/model/time.js';
import type { Fields } from '@/upstream/records/raw.js';
import { documentedFields, noteDropped, openRow, type RowShape } from '@/upstream/records/row-shape.js';

/** Where a record comes from. */
export interface Origin {
  readonly source: SourceConfig;
  readonly feed: Feed;
  readonly drift: DriftLog;
}

/** The values of `status` (CBR SDK, `ListOpLogsRequest`). */
const STATUSES: ReadonlyMap<string, TaskStatus> = new Map([
  ['waiting', 'PENDING'],
  ['running', 'RUNNING'],
  ['success', 'SUCCEEDED'],
  ['failed', 'FAILED'],
  ['timeout', 'TIMED_OUT'],
  ['skipped', 'SKIPPED'],
]);

/** The values of `operation_type` (CBR SDK, `OperationLog`); `copy` is the former name of `replication`. */
const TYPES: ReadonlyMap<string, TaskType> = new Map([
  ['backup', 'BACKUP'],
  ['copy', 'REPLICATION'],
  ['replication', 'REPLICATION'],
  ['restore', 'RESTORE'],
  ['delete', 'DELETE'],
  ['sync', 'SYNC'],
  ['vault_delete', 'VAULT_DELETE'],
  ['remove_resource', 'REMOVE_RESOURCE'],
]);

/**
 * `OperationLog` and, of what is in it, `OpErrorInfo`, `OpExtraInfo`, `OpExtendInfoCommon` and `Resource` (CBR API
 * reference, ListOpLogs, and CBR SDK).
 */
const SHAPE: RowShape = {
  documented: documentedFields(
    [
      ...['checkpoint_id', 'created_at', 'ended_at', 'id', 'operation_type', 'policy_id', 'project_id'],
      ...['provider_id', 'started_at', 'status', 'updated_at', 'vault_id', 'vault_name'],
    ],
    {
      error_info: documentedFields(['code', 'message']),
      extra_info: documentedFields(
        ['backup', 'delete', 'sync', 'remove_resources', 'replication', 'restore', 'vault_delete'],
        {
          common: documentedFields(['progress', 'request_id', 'task_id']),
          resource: documentedFields(['extra_info', 'id', 'name', 'type']),
        },
      ),
    },
  ),
  identifying: ['id', 'created_at'],
};

/** One operation log in Tributary's words; null, and noted as drift, when nothing identifies it. */
export function normalise(record: unknown, origin: Origin): TaskRow | null {
  const { source, feed, drift } = origin;
  const fields = openRow(record, SHAPE, drift);
  const identity = fields && identify(fields, source.id);
  if (fields === null || identity === null) {
    noteDropped(record, SHAPE, drift);
    return null;
  }
  const task: Task = {
    ...identity,
    provider: source.provider,
    source: source.id,
    feed: feed.name,
    type: fields.word('operation_type', TYPES, 'unknownType').meaning ?? 'OTHER',
    trigger: fields.text('policy_id') === null ? null : 'SCHEDULED',
    ...readState(fields),
    checkpointTime: null,
    lagSeconds: null,
    resource: readResource(fields.fields('extra_info').fields('resource')),
    cluster: null,
    destination: fields.text('vault_name') ?? fields.text('vault_id'),
    error: readError(fields.fields('error_info')),
    warnings: readWarnings(fields.fields('extra_info')),
    region: source.region,
    projectId: fields.text('project_id') ?? source.projectId,
  };
  return { task, raw: fields.object };
}

/** Every record has an id by the SDK; one without is told by what it worked on and when it was created. */
function identify(fields: Fields, source: string): Pick<Task, 'id' | 'nativeId'> | null {
  const nativeId = fields.id('id');
  if (nativeId !== null) return { id: nativeTaskId(source, nativeId), nativeId };
  const createdAt = fields.text('created_at');
  if (createdAt === null) return null;
  const resource = fields.fields('extra_info').fields('resource').text('id') ?? '';
  const parts = [createdAt, fields.text('operation_type') ?? '', resource, fields.text('vault_id') ?? ''];
  return { id: hashedTaskId(source, parts), nativeId };
}

type State = Pick<
  Task,
  | 'status'
  | 'nativeStatus'
  | 'progressPercent'
  | 'createTime'
  | 'startTime'
  | 'endTime'
  | 'updateTime'
  | 'durationSeconds'
>;

function readState(fields: Fields): State {
  const { text: nativeStatus, meaning } = fields.word('status', STATUSES, 'unknownStatus');
  const status = meaning ?? 'UNKNOWN';
  const createTime = fields.rfc3339('created_at');
  const startTime = fields.rfc3339('started_at');
  const endedTime = fields.rfc3339('ended_at');
  const endTime = isTerminal(status) ? endedTime : null;
  return {
    status,
    nativeStatus,
    progressPercent: fields.fields('extra_info').fields('common').numberWithin('progress', 0, 100),
    createTime,
    startTime,
    endTime,
    updateTime: fields.rfc3339('updated_at'),
    durationSeconds: secondsBetween(startTime ?? createTime, endTime),
  };
}

function readResource(resource: Fields): TaskResource | null {
  const [type, id, name] = [resource.text('type'), resource.text('id'), resource.text('name')];
  return type === null && id === null && name === null ? null : { type, id, name };
}

/** Both are empty strings where nothing went wrong. */
function readError(error: Fields): TaskError | null {
  const code = error.text('code');
  const message = error.text('message') ?? code;
  return message === null ? null : { code, message };
}

/**
 * What went wrong beside the status, whatever that is: CBR has these failure fields on every record, and does not
 * document whether `success` excludes them (CBR API reference, ListOpLogs). The texts are ours, the code is CBR's.
 */
function readWarnings(extraInfo: Fields): TaskWarning[] {
  return [
    ...ofConsistency(extraInfo.fields('backup').text('app_consistency_error_code')),
    ...ofCount(
      countIn(extraInfo.fields('sync'), ['err_sync_backup_num']),
      'backup',
      'could not be synchronized',
    ),
    ...ofCount(
      countIn(extraInfo.fields('remove_resources'), FAILURES),
      'resource',
      'could not be removed from the vault',
    ),
    ...ofCount(
      countIn(extraInfo.fields('vault_delete'), FAILURES),
      'resource',
      'could not be deleted with the vault',
    ),
  ];
}

/** The name by the reference and the SDKs, and the one that Huawei's Terraform provider reads. */
const FAILURES = ['fail_count', 'fail_delete_count'];

/** The highest of a count's names: they stand for the same. */
function countIn(section: Fields, names: readonly string[]): number {
  return Math.max(...names.map((name) => section.numberWithin(name, 0, Number.MAX_SAFE_INTEGER) ?? 0));
}

function ofConsistency(code: string | null): TaskWarning[] {
  if (code === null || code === '0') return [];
  return [{ code, message: 'The backup could not be made application-consistent.' }];
}

function ofCount(count: number, thing: string, failure: string): TaskWarning[] {
  if (count === 0) return [];
  return [{ code: null, message: `${count} ${thing}${count === 1 ? '' : 's'} ${failure}.` }];
}
