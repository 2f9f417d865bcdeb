import type { CssCluster } from '../fleet/fleet.js';
import type { CssRecord } from '../fleet/records.js';
import type { Row } from '../fleet/row-list.js';
import { Random } from '../fleet/random.js';
import { parameter, type Call } from '../http/call.js';
import { jsonReply, type Reply } from '../http/reply.js';
import type { CssSettings } from '../settings.js';
import { huaweiManners } from './huawei.js';
import { stir, wholeNumber } from './paging.js';
import { zonelessSeconds } from './times.js';
import type { PathParameters, Refuse, Upstream, World } from './upstream.js';

/** CSS says 403 CSS.0015 where a cluster does not exist (Huawei's Terraform provider turns it into not-found). */
const ERRORS = {
  table: {
    'not-found': [403, 'CSS.0015', 'CSS.0015 : The cluster does not exist'],
    forbidden: [403, 'CSS.0010', 'CSS.0010 : The user has no right to do this'],
    conflict: [409, 'CSS.0011', 'CSS.0011 : This operation cannot be performed now'],
    'bad-request': [400, 'CSS.0001', 'CSS.0001 : Incorrect parameters'],
    internal: [500, 'CSS.9999', 'CSS.9999 : Internal service error'],
  },
  body: (errCode: string, externalMessage: string) => ({ errCode, externalMessage }),
} as const;

/** Huawei Cloud Search Service: clusters and their log backup records. */
export function cssUpstream(world: World): Upstream {
  const manners = huaweiManners(world, ERRORS);
  const random = new Random(world.settings.seed).fork('css-churn');
  const service = new CssService(world, manners.refuse, random);
  return {
    name: 'css',
    ...manners,
    routes: [
      {
        method: 'GET',
        path: '/v1.0/:project/clusters/:cluster/logs/records',
        feed: ':cluster',
        answer: (call, parameters) => service.listRecords(call, parameters),
      },
      {
        method: 'GET',
        path: '/v1.0/:project/clusters',
        feed: 'clusters',
        answer: (call) => service.listClusters(call),
      },
    ],
  };
}

interface Window {
  /** 1-based place of the first item. */
  readonly start: number;
  readonly limit: number;
}

class CssService {
  constructor(
    private readonly world: World,
    private readonly refuse: Refuse,
    private readonly random: Random,
  ) {}

  listRecords(call: Call, parameters: PathParameters): Reply {
    const cluster = this.world.fleet.css.find(({ id }) => id === parameters.cluster);
    if (cluster === undefined) return this.refuse(call, 'not-found');
    const settings = this.world.settings.css;
    const window = readWindow(call, settings, ['status']);
    const filter = STATUS_FILTERS.get(parameter(call, 'status') ?? '');
    if (typeof window === 'string') return this.refuse(call, 'bad-request', window);
    if (filter === undefined) return this.refuse(call, 'bad-request', 'status');
    const { makeRow } = this.world.life.ofCss(cluster);
    stir(cluster.rows, settings, { random: this.random, makeRow: () => makeRow(call.nowMs) });
    const rows = cluster.rows.inOrder(settings.order).filter((row) => filter(statusOf(row)));
    const page = pageOf(rows, window);
    const records = page.map((row) => wireRecord(row, settings));
    return jsonReply(200, { clusterLogRecord: records, ...totalSize(rows.length, page.length, settings) });
  }

  listClusters(call: Call): Reply {
    const settings = this.world.settings.css;
    const window = readWindow(call, settings, ['datastoreType']);
    if (typeof window === 'string') return this.refuse(call, 'bad-request', window);
    // Newest first is documented for this list (CSS API reference, Querying the Cluster List).
    const type = parameter(call, 'datastoreType');
    const clusters = this.world.fleet.css
      .filter(({ datastore }) => type === undefined || datastore.type === type)
      .sort((a, b) => b.createdMs - a.createdMs);
    const page = pageOf(clusters, window);
    return jsonReply(200, {
      ...totalSize(clusters.length, page.length, settings),
      clusters: page.map(wireCluster),
    });
  }
}

/** The filter's words are not the field's words (CSS API reference, Querying the Log Backup Task List). */
const STATUS_FILTERS = new Map<string, (status: unknown) => boolean>([
  ['', () => true],
  ['FAIL', (status) => status === 'FAIL'],
  ['NOT_FAIL', (status) => status !== 'FAIL'],
]);

/** The window asked for, or the name of the parameter that is wrong. */
function readWindow(call: Call, settings: CssSettings, others: readonly string[]): Window | string {
  const names = settings.pageParameter === 'both' ? ['offset', 'start'] : [settings.pageParameter];
  const unknown = [...call.query.keys()].find((name) => ![...names, 'limit', ...others].includes(name));
  if (unknown !== undefined && settings.unknownParameters === 'reject') return unknown;
  const name = names.find((candidate) => call.query.has(candidate)) ?? '';
  const start = readStart(call, name, settings);
  const limit = wholeNumber(call, 'limit', { min: 1, max: 1000, absent: 10 });
  if (start === null) return name;
  return limit === null ? 'limit' : { start, limit: Math.min(limit, settings.cap ?? limit) };
}

function readStart(call: Call, name: string, settings: CssSettings): number | null {
  const bound = settings.offsetBound ?? Number.MAX_SAFE_INTEGER;
  const isClamped = settings.beyondBound === 'clamp';
  const start = wholeNumber(call, name, { min: 1, max: isClamped ? undefined : bound, absent: 1 });
  return start === null ? null : Math.min(start, bound);
}

function pageOf<T>(items: readonly T[], { start, limit }: Window): T[] {
  return items.slice(start - 1, start - 1 + limit);
}

function totalSize(total: number, page: number, settings: CssSettings): object {
  if (settings.totalSize === 'absent') return {};
  return { totalSize: settings.totalSize === 'exact' ? total : page };
}

function statusOf(row: Row<CssRecord>): unknown {
  return row.kind === 'record' ? row.record.status : (row.wire as Partial<CssRecord> | null)?.status;
}

function wireRecord(row: Row<CssRecord>, { times }: CssSettings): unknown {
  if (row.kind === 'verbatim') return row.wire;
  if (times === 'number') return row.record;
  const { createAt, finishedAt } = row.record;
  return {
    ...row.record,
    createAt: String(createAt),
    finishedAt: finishedAt === null ? null : String(finishedAt),
  };
}

function wireCluster(cluster: CssCluster): object {
  return {
    id: cluster.id,
    name: cluster.name,
    status: cluster.status,
    datastore: cluster.datastore,
    instances: [],
    created: zonelessSeconds(cluster.createdMs),
    updated: zonelessSeconds(cluster.createdMs),
    enterpriseProjectId: '0',
    actions: [],
    backupAvailable: true,
  };
}
