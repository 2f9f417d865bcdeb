import type { DriftLog } from '@/model/drift.js';
import type { Feed } from '@/model/feed.js';
import type { SourceConfig } from '@/model/source.js';
import {
  isTerminal,
  type Task,
  type TaskError,
  type TaskRow,
  type TaskStatus,
  type TaskType,
} from '@/model/task.js';
import { hashedTaskId, nativeTaskId } from '@/model/task-id.js';
import { secondsBetween } from '@/model/time.js';
import type { Fields } from '@/upstream/records/raw.js';
import { documentedFields, noteDropped, openRow, type RowShape } from '@/upstream/records/row-shape.js';
import { readGoTime } from './go-time.js';

/** What a cluster is called as a resource. */
export const CLUSTER_TYPE = 'cce-cluster';

/** Where a record comes from. */
export interface Origin {
  readonly source: SourceConfig;
  readonly feed: Feed;
  readonly drift: DriftLog;
}

/**
 * The phases of a snapshot are not documented. The first six are those of its subtasks and of upgrade
 * tasks (CCE SDK, `SnapshotSpecItems` and `UpgradeTaskStatus`), `Error` is the upgrade precheck's.
 */
const STATUSES: ReadonlyMap<string, TaskStatus> = new Map([
  ['init', 'PENDING'],
  ['queuing', 'PENDING'],
  ['running', 'RUNNING'],
  ['pause', 'PAUSED'],
  ['success', 'SUCCEEDED'],
  ['failed', 'FAILED'],
  ['error', 'FAILED'],
]);

/** The values of `spec.items[].type` (CCE SDK, `SnapshotSpecItems`, since 3.1.206). */
const SUBTASK_TYPES: ReadonlyMap<string, TaskType> = new Map([
  ['master-backup', 'CLUSTER_SNAPSHOT'],
  ['master-backup-rollback', 'RESTORE'],
]);

/**
 * `SnapshotTask` with `SnapshotTaskMetadata`, `SnapshotSpec`, `SnapshotSpecItems` and `SnapshotStatus` (CCE API
 * reference, ListClusterMasterSnapshotTasks, and the same in all CCE SDKs).
 */
const SHAPE: RowShape = {
  documented: documentedFields(['kind', 'apiVersion'], {
    metadata: documentedFields(['uid', 'creationTimestamp', 'updateTimestamp']),
    spec: documentedFields([], {
      items: documentedFields([
        ...['id', 'type', 'status', 'creationTimestamp', 'updateTimestamp', 'message'],
      ]),
    }),
    status: documentedFields(['phase', 'progress', 'completionTime']),
  }),
  identifying: ['metadata.uid', 'metadata.creationTimestamp'],
};

/** One snapshot task in Tributary's words; null, and noted as drift, when nothing identifies it. */
export function normalise(item: unknown, origin: Origin): TaskRow | null {
  const { source, feed, drift } = origin;
  const fields = openRow(item, SHAPE, drift);
  const identity = fields && identify(fields.fields('metadata'), origin);
  if (fields === null || identity === null) {
    noteDropped(item, SHAPE, drift);
    return null;
  }
  const { createTime, updateTime } = identity;
  const state = readState(fields, createTime);
  const subtasks = readSubtasks(fields);
  const task: Task = {
    id: identity.id,
    provider: source.provider,
    source: source.id,
    feed: feed.name,
    nativeId: identity.nativeId,
    type: typeOf(subtasks),
    trigger: null,
    createTime,
    updateTime,
    startTime: null,
    ...state,
    error: state.status === 'FAILED' ? errorOf(subtasks) : null,
    checkpointTime: null,
    lagSeconds: null,
    resource: { type: CLUSTER_TYPE, id: feed.key, name: feed.cluster?.name ?? null },
    cluster: { id: feed.key, name: feed.cluster?.name ?? null },
    destination: null,
    warnings: [],
    region: source.region,
    projectId: source.projectId,
  };
  return { task, raw: fields.object };
}

/** A part of a task; null where it does not tell, or tells another word than documented. */
interface Subtask {
  readonly type: TaskType | null;
  readonly status: TaskStatus | null;
  readonly message: string | null;
}

function readSubtasks(fields: Fields): Subtask[] {
  return fields
    .fields('spec')
    .list('items')
    .map((item) => ({
      type: item.text('type') === null ? null : item.word('type', SUBTASK_TYPES, 'unknownType').meaning,
      status: item.text('status') === null ? null : item.word('status', STATUSES, 'unknownStatus').meaning,
      message: item.text('message'),
    }));
}

/** A restore is told by its subtasks alone: all of them are rollbacks. */
function typeOf(subtasks: readonly Subtask[]): TaskType {
  const isRestore = subtasks.length > 0 && subtasks.every(({ type }) => type === 'RESTORE');
  return isRestore ? 'RESTORE' : 'CLUSTER_SNAPSHOT';
}

type Identity = Pick<Task, 'id' | 'nativeId' | 'createTime' | 'updateTime'>;

function identify(metadata: Fields, { source, feed }: Origin): Identity | null {
  const nativeId = metadata.id('uid');
  const createTime = readGoTime(metadata, 'creationTimestamp');
  const updateTime = readGoTime(metadata, 'updateTimestamp');
  if (nativeId !== null) return { id: nativeTaskId(source.id, nativeId), nativeId, createTime, updateTime };
  if (createTime === null) return null;
  return { id: hashedTaskId(source.id, [feed.key, createTime]), nativeId, createTime, updateTime };
}

type State = Pick<Task, 'status' | 'nativeStatus' | 'progressPercent' | 'endTime' | 'durationSeconds'>;

function readState(fields: Fields, createTime: string | null): State {
  const state = fields.fields('status');
  const { text: nativeStatus, meaning } = state.word('phase', STATUSES, 'unknownStatus');
  const status = meaning ?? 'UNKNOWN';
  // CCE fills completionTime while a task runs, with the time of its last update.
  const completionTime = readGoTime(state, 'completionTime');
  const endTime = isTerminal(status) ? completionTime : null;
  return {
    status,
    nativeStatus,
    // A string of digits on the wire (`"67"`).
    progressPercent: state.numberWithin('progress', 0, 100),
    endTime,
    durationSeconds: secondsBetween(createTime, endTime),
  };
}

/** Only subtasks carry a text, and they are to be deprecated: that of a failed one, else any. */
function errorOf(subtasks: readonly Subtask[]): TaskError | null {
  const told = subtasks.filter(({ message }) => message !== null);
  const message = (told.find(({ status }) => status === 'FAILED') ?? told[0])?.message ?? null;
  return message === null ? null : { code: null, message };
}
