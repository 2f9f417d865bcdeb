import type { DriftLog } from '@/model/drift.js';
import type { Feed } from '@/model/feed.js';
import type { SourceConfig } from '@/model/source.js';
import {
  isTerminal,
  type Task,
  type TaskCluster,
  type TaskError,
  type TaskRow,
  type TaskStatus,
  type TaskTrigger,
} from '@/model/task.js';
import { hashedTaskId, nativeTaskId } from '@/model/task-id.js';
import { parseTime, secondsBetween } from '@/model/time.js';
import type { Fields } from '@/upstream/records/raw.js';
import { documentedFields, noteDropped, openRow, type RowShape } from '@/upstream/records/row-shape.js';

/** What a cluster is called as a resource. */
export const CLUSTER_TYPE = 'css-cluster';

/** Where a record comes from. */
export interface Origin {
  readonly source: SourceConfig;
  readonly feed: Feed;
  readonly drift: DriftLog;
}

/** The values of `status` (CSS API reference, ListLogsJob). */
const STATUSES: ReadonlyMap<string, TaskStatus> = new Map([
  ['running', 'RUNNING'],
  ['success', 'SUCCEEDED'],
  ['fail', 'FAILED'],
]);

/** The values of `jobTypes`, which is one word in spite of its name. */
const TRIGGERS: ReadonlyMap<string, TaskTrigger> = new Map([
  ['manual', 'MANUAL'],
  ['auto', 'SCHEDULED'],
]);

/** `ClusterLogRecord` (CSS API reference, ListLogsJob, and the same in all CSS SDKs). */
const SHAPE: RowShape = {
  documented: documentedFields([
    ...['id', 'clusterId', 'createAt', 'logPath', 'status', 'finishedAt', 'jobTypes', 'failedMsg', 'jobId'],
  ]),
  identifying: ['id', 'jobId', 'createAt'],
};

/** One log backup in Tributary's words; null, and noted as drift, when nothing identifies it. */
export function normalise(record: unknown, origin: Origin): TaskRow | null {
  const { source, feed, drift } = origin;
  const fields = openRow(record, SHAPE, drift);
  const identity = fields && identify(fields, origin);
  if (fields === null || identity === null) {
    noteDropped(record, SHAPE, drift);
    return null;
  }
  const cluster = readCluster(fields, feed);
  const task: Task = {
    ...identity,
    provider: source.provider,
    source: source.id,
    feed: feed.name,
    type: 'LOG_BACKUP',
    trigger: readTrigger(fields),
    progressPercent: null,
    ...readState(fields),
    startTime: null,
    updateTime: null,
    checkpointTime: null,
    lagSeconds: null,
    resource: { type: CLUSTER_TYPE, ...cluster },
    cluster,
    destination: fields.text('logPath'),
    error: readError(fields),
    warnings: [],
    region: source.region,
    projectId: source.projectId,
  };
  return { task, raw: fields.object };
}

function identify(fields: Fields, { source, feed }: Origin): Pick<Task, 'id' | 'nativeId'> | null {
  const nativeId = fields.id('id');
  if (nativeId !== null) return { id: nativeTaskId(source.id, nativeId), nativeId };
  const jobId = fields.text('jobId');
  const createAt = fields.text('createAt');
  if (jobId === null && createAt === null) return null;
  const parts = [feed.key, jobId ?? '', createAt ?? '', fields.text('logPath') ?? ''];
  return { id: hashedTaskId(source.id, parts), nativeId };
}

function readCluster(fields: Fields, { key, cluster }: Feed): TaskCluster {
  return { id: fields.text('clusterId') ?? key, name: cluster?.name ?? null };
}

function readTrigger(fields: Fields): TaskTrigger | null {
  if (fields.text('jobTypes') === null) return null;
  return fields.word('jobTypes', TRIGGERS, 'unknownTrigger').meaning;
}

type State = Pick<Task, 'status' | 'nativeStatus' | 'createTime' | 'endTime' | 'durationSeconds'>;

function readState(fields: Fields): State {
  const { text: nativeStatus, meaning } = fields.word('status', STATUSES, 'unknownStatus');
  const status = meaning ?? 'UNKNOWN';
  const createTime = fields.time('createAt', parseEpoch);
  const finishTime = fields.time('finishedAt', parseEpoch);
  const endTime = isTerminal(status) ? finishTime : null;
  return { status, nativeStatus, createTime, endTime, durationSeconds: secondsBetween(createTime, endTime) };
}

/** Up to this, an epoch is taken for seconds: as milliseconds it would be before March 1973. */
const LARGEST_SECONDS = 100_000_000_000;

/** Epoch milliseconds: a string by the documentation, a number on the wire. */
function parseEpoch(value: string | number): number | null {
  const epoch = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof epoch === 'string') return parseTime(epoch);
  return epoch < LARGEST_SECONDS ? epoch * 1000 : epoch;
}

function readError(fields: Fields): TaskError | null {
  const message = fields.text('failedMsg');
  return message === null ? null : { code: null, message };
}
