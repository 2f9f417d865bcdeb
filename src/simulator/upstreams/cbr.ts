import { Random } from '../fleet/random.js';
import type { CbrVault } from '../fleet/fleet.js';
import type { CbrRecord } from '../fleet/records.js';
import type { Row } from '../fleet/row-list.js';
import { parameter, type Call } from '../http/call.js';
import { jsonReply, type Reply } from '../http/reply.js';
import type { CbrSettings } from '../settings.js';
import { huaweiManners } from './huawei.js';
import { stir, wholeNumber } from './paging.js';
import { offsetTime, zuluSeconds } from './times.js';
import type { PathParameters, Refuse, Upstream, World } from './upstream.js';

const ERRORS = {
  table: {
    'not-found': [404, 'BackupService.6500', 'Operation log does not exist.'],
    forbidden: [403, 'BackupService.9903', 'No permission for this operation.'],
    // No code for 409 is documented.
    conflict: [409, 'BackupService.9999', 'The resource is in use.'],
    'bad-request': [400, 'BackupService.9900', 'Parameter check failed.'],
    internal: [500, 'BackupService.9999', 'Internal error.'],
  },
  body: (error_code: string, error_msg: string) => ({ error_code, error_msg }),
} as const;

/** Huawei Cloud Backup and Recovery: the operation logs and the vaults of one project. */
export function cbrUpstream(world: World): Upstream {
  const manners = huaweiManners(world, ERRORS);
  const random = new Random(world.settings.seed).fork('cbr-churn');
  const service = new CbrService(world, manners.refuse, random);
  return {
    name: 'cbr',
    ...manners,
    routes: [
      {
        method: 'GET',
        path: '/v3/:project/operation-logs',
        feed: 'operation-logs',
        answer: (call) => service.listLogs(call),
      },
      {
        method: 'GET',
        path: '/v3/:project/operation-logs/:log',
        feed: 'operation-logs',
        answer: (call, parameters) => service.showLog(call, parameters),
      },
      {
        method: 'GET',
        path: '/v3/:project/vaults',
        feed: 'vaults',
        answer: (call) => service.listVaults(call),
      },
    ],
  };
}

class CbrService {
  constructor(
    private readonly world: World,
    private readonly refuse: Refuse,
    private readonly random: Random,
  ) {}

  listLogs(call: Call): Reply {
    const { fleet, life, settings } = this.world;
    const filter = cbrFilter(call, settings.cbr);
    if (typeof filter === 'string') return this.refuse(call, 'bad-request', filter);
    const { makeRow } = life.ofCbr();
    stir(fleet.cbr, settings.cbr, { random: this.random, makeRow: () => makeRow(call.nowMs) });
    const rows = fleet.cbr.inOrder(settings.cbr.order).filter(filter);
    return this.#page(call, rows, { list: 'operation_logs', wire: (row) => wireLog(row, settings.cbr) });
  }

  listVaults(call: Call): Reply {
    const { fleet, settings } = this.world;
    const vaults = knowsEnterpriseProject(call, settings.cbr) ? fleet.vaults : [];
    return this.#page(call, vaults, { list: 'vaults', wire: wireVault });
  }

  showLog(call: Call, parameters: PathParameters): Reply {
    const { fleet, settings } = this.world;
    const row = fleet.cbr.inOrder('newest-first').find((candidate) => idOf(candidate) === parameters.log);
    if (row === undefined) return this.refuse(call, 'not-found', parameters.log);
    return jsonReply(200, { operation_log: wireLog(row, settings.cbr) });
  }

  /** Unlike CSS the offset counts records from 0. */
  #page<T>(call: Call, items: readonly T[], style: { list: string; wire: (item: T) => unknown }): Reply {
    const { cap, count, limitOffset } = this.world.settings.cbr;
    const offset = wholeNumber(call, 'offset', { min: 0, absent: 0 });
    const limit = wholeNumber(call, 'limit', { min: 1, max: 1000, absent: 1000 });
    if (offset === null || limit === null) return this.refuse(call, 'bad-request', 'limit, offset');
    const page = items.slice(offset, offset + Math.min(limit, cap ?? limit));
    return jsonReply(200, {
      count: count === 'total' ? items.length : page.length,
      [style.list]: page.map(style.wire),
      ...(limitOffset && { limit, offset }),
    });
  }
}

function idOf(row: Row<CbrRecord>): unknown {
  return row.kind === 'record' ? row.record.id : (row.wire as Partial<CbrRecord> | null)?.id;
}

function wireLog(row: Row<CbrRecord>, settings: CbrSettings): unknown {
  if (row.kind === 'verbatim') return row.wire;
  const time = (epochMs: number): string =>
    settings.times === 'offset'
      ? offsetTime(epochMs, { offsetMinutes: 0, colon: true })
      : zuluSeconds(epochMs);
  const { created_at, started_at, updated_at, ended_at, ...rest } = row.record;
  return {
    ...rest,
    created_at: time(created_at),
    started_at: time(started_at),
    updated_at: time(updated_at),
    ...(ended_at !== undefined && { ended_at: time(ended_at) }),
  };
}

/** Times of vaults are written without a zone. */
function wireVault({ id, name, providerId, members }: CbrVault): object {
  return {
    id,
    name,
    provider_id: providerId,
    created_at: '2020-02-05T10:38:34.209782',
    billing: { protect_type: 'backup', object_type: 'server', status: 'available', size: 1000, used: 4096 },
    resources: members.map(({ protectStatus, ...member }) => ({
      ...member,
      protect_status: protectStatus,
      size: 40,
      backup_size: 0,
      backup_count: 0,
      extra_info: {},
    })),
    tags: [],
    enterprise_project_id: '0',
    locked: false,
  };
}

type RowTest = (row: Row<CbrRecord>) => boolean;

/** Each takes one value and is compared exactly. */
const FILTERS: Readonly<Record<string, (record: Partial<CbrRecord>) => unknown>> = {
  operation_type: (record) => record.operation_type,
  provider_id: (record) => record.provider_id,
  status: (record) => record.status,
  vault_id: (record) => record.vault_id,
  vault_name: (record) => record.vault_name,
  resource_id: (record) => record.extra_info?.resource?.id,
  resource_name: (record) => record.extra_info?.resource?.name,
};

/** The test that rows must pass for the call's filters, or the name of a parameter that is wrong. */
function cbrFilter(call: Call, settings: CbrSettings): RowTest | string {
  const inTime = timeFilter(call, settings);
  if (typeof inTime === 'string') return inTime;
  const tests = Object.entries(FILTERS).flatMap(([name, read]): RowTest[] => {
    const wanted = parameter(call, name);
    return wanted === undefined || wanted === '' ? [] : [(row) => read(fieldsOf(row)) === wanted];
  });
  if (!knowsEnterpriseProject(call, settings)) tests.push(() => false);
  return (row) => inTime(row) && tests.every((test) => test(row));
}

const QUERY_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

function timeFilter(call: Call, { timeFilter: field }: CbrSettings): RowTest | string {
  const bounds = { start_time: Number.NEGATIVE_INFINITY, end_time: Number.POSITIVE_INFINITY };
  for (const name of ['start_time', 'end_time'] as const) {
    const text = parameter(call, name);
    if (text === undefined) continue;
    const epochMs = QUERY_TIME.test(text) ? Date.parse(text) : Number.NaN;
    if (Number.isNaN(epochMs)) return name;
    bounds[name] = epochMs;
  }
  if (field === 'none') return () => true;
  return (row) => {
    const epochMs = row.kind === 'record' ? row.record[field] : row.createdMs;
    return epochMs >= bounds.start_time && epochMs <= bounds.end_time;
  };
}

function knowsEnterpriseProject(call: Call, settings: CbrSettings): boolean {
  const id = parameter(call, 'enterprise_project_id');
  return settings.enterpriseProject === 'ignore' || id === undefined || ['0', 'all_granted_eps'].includes(id);
}

/** A verbatim row may be any JSON; what is not an object has no fields to match. */
function fieldsOf(row: Row<CbrRecord>): Partial<CbrRecord> {
  if (row.kind === 'record') return row.record;
  return typeof row.wire === 'object' && row.wire !== null ? row.wire : {};
}
