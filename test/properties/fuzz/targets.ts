import { readdirSync, readFileSync } from 'node:fs';
import type { DriftLog } from '@/model/drift.js';
import { clusterFeeds, feedName, type Feed } from '@/model/feed.js';
import type { FeedListing, FeedRead, ReadContext } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import type { TaskRow } from '@/model/task.js';
import * as cbrWire from '@/providers/huawei-cbr/wire.js';
import { INCREMENT_POLICY } from '@/providers/huawei-cbr/bookmark.js';
import * as cbrRead from '@/providers/huawei-cbr/read-feed.js';
import * as cbrRows from '@/providers/huawei-cbr/normalise.js';
import * as cceWire from '@/providers/huawei-cce/wire.js';
import * as cceRead from '@/providers/huawei-cce/read-feed.js';
import * as cceRows from '@/providers/huawei-cce/normalise.js';
import * as cssWire from '@/providers/huawei-css/wire.js';
import * as cssRead from '@/providers/huawei-css/read-feed.js';
import * as cssRows from '@/providers/huawei-css/normalise.js';
import { CssPaging } from '@/providers/huawei-css/paging.js';
import * as ocpWire from '@/providers/oceanbase-ocp/wire.js';
import * as ocpRead from '@/providers/oceanbase-ocp/read-feed.js';
import * as ocpRows from '@/providers/oceanbase-ocp/normalise.js';
import { sourceWith } from '../../support/reading.js';
import { settle } from '@/upstream/upstream-error.js';
import type { UpstreamClient, UpstreamProtocol } from '@/upstream/upstream-client.js';
import type { Bases } from './scenario.js';
import type { TaskRules } from './invalid-fields.js';

/** The moment at which everything happens. */
export const NOW_MS = Date.UTC(2026, 5, 1, 12);
const CLUSTER = '1000005';

interface Reader {
  readonly readFeed: (feed: Feed, context: ReadContext) => Promise<FeedRead>;
  readonly listFeeds: (context: ReadContext) => Promise<FeedListing>;
}

/** One provider, as far as fuzzing must know it. */
export interface Target {
  readonly protocol: UpstreamProtocol;
  readonly open: (client: UpstreamClient, source: SourceConfig) => Reader;
  readonly normalise: (
    record: unknown,
    origin: { readonly source: SourceConfig; readonly feed: Feed; readonly drift: DriftLog },
  ) => TaskRow | null;
  /** Where a body has its rows. */
  readonly rowsAt: readonly string[];
  /** Where a row has what tells it from others. */
  readonly idAt: readonly string[];
  /** The path of every call begins so; what follows is one cluster's, or one record's. */
  readonly paths: RegExp;
  readonly rules: TaskRules;
}

const statuses = (words: Readonly<Record<string, readonly string[]>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(words).flatMap(([status, natives]) => natives.map((native) => [native, status])),
  );

export const TARGETS: Readonly<Record<string, Target>> = {
  'huawei-css': {
    protocol: cssWire.protocol,
    open: (client, source) => {
      const connection = { paging: new CssPaging(client), source };
      return {
        readFeed: (feed, context) => settle(() => cssRead.readFeed(connection, feed, context)),
        listFeeds: (context) => settle(() => cssRead.listFeeds(connection, context)),
      };
    },
    normalise: cssRows.normalise,
    rowsAt: ['clusterLogRecord'],
    idAt: ['id'],
    paths: /^\/v1\.0\/p\/clusters(\/[^/]+\/logs\/records)?$/,
    rules: {
      types: ['LOG_BACKUP'],
      triggers: ['MANUAL', 'SCHEDULED', null],
      statuses: statuses({ RUNNING: ['running'], SUCCEEDED: ['success'], FAILED: ['fail'] }),
      resourceTypes: ['css-cluster'],
      hasCluster: true,
    },
  },
  'huawei-cbr': {
    protocol: cbrWire.protocol,
    open: (client, source) => {
      const policy = { ...INCREMENT_POLICY, aboveRows: 0 };
      const connection = { client, source, clock: () => NOW_MS, policy };
      return {
        readFeed: (feed, context) => settle(() => cbrRead.readFeed(connection, feed, context)),
        listFeeds: () => Promise.resolve(cbrRead.listFeeds(source)),
      };
    },
    normalise: cbrRows.normalise,
    rowsAt: ['operation_logs'],
    idAt: ['id'],
    paths: /^\/v3\/p\/operation-logs(\/[^/]+)?$/,
    rules: {
      types: [
        ...['BACKUP', 'REPLICATION', 'RESTORE', 'DELETE', 'SYNC', 'VAULT_DELETE', 'REMOVE_RESOURCE', 'OTHER'],
      ],
      triggers: ['SCHEDULED', null],
      statuses: statuses({
        ...{ PENDING: ['waiting'], RUNNING: ['running'], SUCCEEDED: ['success'], FAILED: ['failed'] },
        ...{ TIMED_OUT: ['timeout'], SKIPPED: ['skipped'] },
      }),
      resourceTypes: null,
      hasCluster: false,
    },
  },
  'huawei-cce': {
    protocol: cceWire.protocol,
    open: (client, source) => ({
      readFeed: (feed, context) => settle(() => cceRead.readFeed({ client, source }, feed, context)),
      listFeeds: (context) => settle(() => cceRead.listFeeds({ client, source }, context)),
    }),
    normalise: cceRows.normalise,
    rowsAt: ['items'],
    idAt: ['metadata', 'uid'],
    paths:
      /^\/api\/v3\/projects\/p\/clusters$|^\/api\/v3\.1\/projects\/p\/clusters\/[^/]+\/operation\/snapshot\/tasks$/,
    rules: {
      types: ['CLUSTER_SNAPSHOT', 'RESTORE'],
      triggers: [null],
      statuses: statuses({
        ...{ PENDING: ['init', 'queuing'], RUNNING: ['running'], PAUSED: ['pause'], SUCCEEDED: ['success'] },
        FAILED: ['failed', 'error'],
      }),
      resourceTypes: ['cce-cluster'],
      hasCluster: true,
    },
  },
  'oceanbase-ocp': {
    protocol: ocpWire.protocol,
    open: (client, source) => ({
      readFeed: (feed, context) => settle(() => ocpRead.readFeed({ client, source }, feed, context)),
      listFeeds: (context) => settle(() => ocpRead.listFeeds({ client, source }, context)),
    }),
    normalise: ocpRows.normalise,
    rowsAt: ['data', 'contents'],
    idAt: ['tenantId'],
    paths: /^\/api\/v2\/ob\/clusters(\/[^/]+\/backup\/task\/logBackupTasks)?$/,
    rules: {
      types: ['CONTINUOUS_LOG_BACKUP'],
      triggers: [null],
      statuses: statuses({
        PENDING: ['prepare', 'beginning', 'starting'],
        RUNNING: ['running', 'inprogress', 'doing', 'stopping', 'suspending'],
        PAUSED: ['suspend'],
        FAILED: ['failed', 'interrupted'],
        STOPPED: ['stop', 'stopped'],
      }),
      resourceTypes: ['oceanbase-tenant', 'oceanbase-cluster'],
      hasCluster: true,
    },
  },
};

export function targetOf(provider: string): Target {
  const target = TARGETS[provider];
  if (target === undefined) throw new Error(`no target for ${provider}`);
  return target;
}

/** A source whose feeds are listed, with room for so many rows a feed. */
export function sourceOf(provider: string, maxRows: number): SourceConfig {
  // Ten years: the records of the fixtures are in it, without which none is read by what is new.
  return sourceWith({ provider, maxTasksPerFeed: maxRows, windowMs: 315_360_000_000 });
}

export function feedOf(source: SourceConfig): Feed {
  const ofCluster = clusterFeeds(source, [{ id: CLUSTER, name: 'logs' }])[0];
  if (source.provider !== 'huawei-cbr' && ofCluster !== undefined) return ofCluster;
  const { id, provider } = source;
  return { name: feedName(id, 'operation-logs'), provider, source: id, key: 'operation-logs', cluster: null };
}

/** The fixtures of a provider, cut into bodies of a few rows each. */
export function basesOf(provider: string): Bases {
  const { rowsAt } = targetOf(provider);
  const folder = `src/providers/${provider}/fixtures`;
  const files = readdirSync(folder).filter((name) => name.endsWith('.json') && !name.endsWith('.tasks.json'));
  const read = (name: string): unknown => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8'));
  const isClusters = (name: string): boolean => name === 'clusters.json';
  return {
    lists: files.filter((name) => !isClusters(name)).flatMap((name) => slices(read(name), rowsAt)),
    clusters: files.filter(isClusters).map((name) => JSON.stringify(read(name))),
  };
}

const ROWS_A_BASE = 4;

function slices(body: unknown, rowsAt: readonly string[]): string[] {
  const rows = at(body, rowsAt);
  if (!Array.isArray(rows)) return [JSON.stringify(body)];
  const starts = Array.from(
    { length: Math.ceil(rows.length / ROWS_A_BASE) },
    (_, index) => index * ROWS_A_BASE,
  );
  return starts.map((start) =>
    JSON.stringify(withValue(body, rowsAt, rows.slice(start, start + ROWS_A_BASE))),
  );
}

/** What stands in a JSON value at a path of keys; undefined where that leads nowhere. */
export function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner) && Object.hasOwn(inner, key)
        ? (inner as Record<string, unknown>)[key]
        : undefined,
    value,
  );
}

/** A copy of a JSON value in which something else stands at a path of keys. */
export function withValue(value: unknown, [key, ...rest]: readonly string[], replacement: unknown): unknown {
  if (key === undefined) return replacement;
  const object = typeof value === 'object' && value !== null ? value : {};
  return { ...object, [key]: withValue((object as Record<string, unknown>)[key], rest, replacement) };
}
