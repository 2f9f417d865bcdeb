import { DriftLog } from '@/model/drift.js';
import type { Feed } from '@/model/feed.js';
import type { SourceConfig } from '@/model/source.js';
import type { Task, TaskCluster, TaskResource, TaskRow, TaskStatus } from '@/model/task.js';
import { hashedTaskId } from '@/model/task-id.js';
import { hideSecrets } from '@/upstream/records/hidden-secrets.js';
import { Fields, rawObject } from '@/upstream/records/raw.js';
import { documentedFields, noteDropped, openRow, type RowShape } from '@/upstream/records/row-shape.js';

/** What a cluster and a tenant are called as resources. */
export const CLUSTER_TYPE = 'oceanbase-cluster';
export const TENANT_TYPE = 'oceanbase-tenant';

/** Where a record comes from. */
export interface Origin {
  readonly source: SourceConfig;
  readonly feed: Feed;
  readonly drift: DriftLog;
}

/**
 * Three vocabularies: the console of OCP 4.2, the tenant API of OCP 4.3, which documents `UNKNOWN` among its words, and
 * OceanBase's own archive states. Of the latter `MIXED` (OceanBase 3.x) says nothing that is known here.
 */
const STATUSES: ReadonlyMap<string, TaskStatus> = new Map([
  ['prepare', 'PENDING'],
  ['beginning', 'PENDING'],
  ['starting', 'PENDING'],
  ['running', 'RUNNING'],
  ['inprogress', 'RUNNING'],
  ['doing', 'RUNNING'],
  ['stopping', 'RUNNING'],
  ['suspending', 'RUNNING'],
  ['suspend', 'PAUSED'],
  ['failed', 'FAILED'],
  ['interrupted', 'FAILED'],
  ['stop', 'STOPPED'],
  ['stopped', 'STOPPED'],
  ['unknown', 'UNKNOWN'],
]);

/**
 * `LogBackupWrapperTask` by its table, and by its example, which adds `agentServerIp` (OCP API reference, log backup
 * tasks); `backupDimension` is in the rows of OCP 4.3 (its tenants' log backup tasks).
 */
const SHAPE: RowShape = {
  documented: documentedFields([
    ...['createTime', 'modifyTime', 'clusterName', 'clusterId', 'obClusterId', 'obTenantId', 'clusterType'],
    ...['tenantId', 'tenantName', 'status', 'errorMsg', 'backupUri', 'checkpoint', 'backupMode', 'delay'],
    ...['agentServerIp', 'backupDimension'],
  ]),
  identifying: ['tenantId', 'obTenantId', 'createTime', 'backupUri'],
};

/** One log backup in Tributary's words; null, and noted as drift, when nothing identifies it. */
export function normalise(row: unknown, { source, feed, drift }: Origin): TaskRow | null {
  const fields = openRow(row, SHAPE, drift);
  const identity = identityOf(row, feed);
  if (fields === null || identity === null) {
    noteDropped(row, SHAPE, drift);
    return null;
  }
  const cluster = readCluster(fields, feed);
  const errorMessage = fields.text('errorMsg');
  const task: Task = {
    id: hashedTaskId(source.id, identity),
    provider: source.provider,
    source: source.id,
    feed: feed.name,
    nativeId: null,
    type: 'CONTINUOUS_LOG_BACKUP',
    trigger: null,
    ...readProgress(fields),
    resource: readResource(fields, cluster),
    cluster,
    destination: fields.text('backupUri'),
    error: errorMessage === null ? null : { code: null, message: errorMessage },
    warnings: [],
    region: source.region,
    projectId: source.projectId,
  };
  return { task, raw: fields.object };
}

/**
 * What identifies a log backup and never changes, as OCP gives it no id: cluster, tenant, creation and
 * destination. Null when there is neither a tenant nor a creation time nor a destination.
 */
export function identityOf(row: unknown, feed: Feed): readonly string[] | null {
  const object = rawObject(row);
  if (object === null) return null;
  const fields = new Fields(object, new DriftLog());
  const own = [tenantOf(fields), creationOf(fields), destinationOf(fields)];
  if (own.every((part) => part === null)) return null;
  const [tenant, creation, destination] = own;
  const known = [fields.text('clusterId') ?? feed.key, tenant ?? '0', creation ?? '', destination ?? ''];
  return known[1] === '0' ? [...known, ...finerThanMs(fields)] : known;
}

/** Names, modes and roles may change; what is finer than a millisecond may not. Empty where nothing is. */
function finerThanMs(fields: Fields): readonly string[] {
  const finer = FINER_THAN_MS.exec(fields.text('createTime') ?? '')?.[1];
  return finer === undefined ? [] : [finer];
}

/** The digits of a time behind its milliseconds, up to the last that is not 0. */
const FINER_THAN_MS = /\.\d{3}(\d*[1-9])/;

function tenantOf(fields: Fields): string | null {
  return fields.text('tenantId') ?? fields.text('obTenantId');
}

/** Without the secrets in it: a task keeps its id when they are rotated. */
function destinationOf(fields: Fields): string | null {
  const uri = fields.text('backupUri');
  return uri === null ? null : hideSecrets(uri);
}

/** An instant, which may be written with another offset next time; a text that is no time still tells rows apart. */
function creationOf(fields: Fields): string | null {
  return fields.rfc3339('createTime') ?? fields.text('createTime');
}

type Progress = Pick<
  Task,
  | 'status'
  | 'nativeStatus'
  | 'progressPercent'
  | 'createTime'
  | 'startTime'
  | 'endTime'
  | 'updateTime'
  | 'durationSeconds'
  | 'checkpointTime'
  | 'lagSeconds'
>;

/** A stream has neither a percentage nor, at OCP, an end: how far it has come is its checkpoint. */
function readProgress(fields: Fields): Progress {
  const { text: nativeStatus, meaning } = fields.word('status', STATUSES, 'unknownStatus');
  const status = meaning ?? 'UNKNOWN';
  return {
    status,
    nativeStatus,
    progressPercent: null,
    createTime: fields.rfc3339('createTime'),
    startTime: null,
    endTime: null,
    updateTime: fields.rfc3339('modifyTime'),
    durationSeconds: null,
    checkpointTime: fields.rfc3339('checkpoint'),
    lagSeconds: readLag(fields),
  };
}

/**
 * Documented as a whole number, with a fraction in the documentation's own example. Where OCP's clock is behind the
 * database's it is below zero: the archive is not behind.
 */
function readLag(fields: Fields): number | null {
  const delay = fields.number('delay');
  if (delay === null || delay > LONGEST_DELAY_SECONDS || fields.isUnset('checkpoint')) return null;
  return Math.max(0, delay);
}

/** 31 years, longer than there is OceanBase: such a delay is counted from a checkpoint that is not set. */
const LONGEST_DELAY_SECONDS = 1_000_000_000;

function readCluster(fields: Fields, feed: Feed): TaskCluster {
  return {
    id: fields.text('clusterId') ?? feed.key,
    name: fields.text('clusterName') ?? feed.cluster?.name ?? null,
  };
}

/** Tenant 0 is the whole cluster: all rows of the reference's example for data backup tasks have it. */
function readResource(fields: Fields, cluster: TaskCluster): TaskResource {
  const tenantId = fields.text('tenantId');
  if (tenantId === null || tenantId === '0') return { type: CLUSTER_TYPE, ...cluster };
  return { type: TENANT_TYPE, id: tenantId, name: fields.text('tenantName') };
}
