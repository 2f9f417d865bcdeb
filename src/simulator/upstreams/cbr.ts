import type { CbrRecord } from '../fleet/records.js';
import type { Row } from '../fleet/row-list.js';
import { Random } from '../fleet/random.js';
import type { Call } from '../http/call.js';
import { jsonReply, type Reply } from '../http/reply.js';
import type { CbrSettings } from '../settings.js';
import { cbrFilter } from './cbr-filter.js';
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

/** Huawei Cloud Backup and Recovery: the operation logs of one project. */
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
    // Unlike CSS the offset counts records from 0.
    const offset = wholeNumber(call, 'offset', { min: 0, absent: 0 });
    const limit = wholeNumber(call, 'limit', { min: 1, max: 1000, absent: 1000 });
    const filter = cbrFilter(call, settings.cbr);
    if (offset === null || limit === null || typeof filter === 'string') {
      return this.refuse(call, 'bad-request', typeof filter === 'string' ? filter : 'limit, offset');
    }
    const { makeRow } = life.ofCbr();
    stir(fleet.cbr, settings.cbr, { random: this.random, makeRow: () => makeRow(call.nowMs) });
    const rows = fleet.cbr.inOrder(settings.cbr.order).filter(filter);
    const page = rows.slice(offset, offset + Math.min(limit, settings.cbr.cap ?? limit));
    return jsonReply(200, {
      count: settings.cbr.count === 'total' ? rows.length : page.length,
      operation_logs: page.map((row) => wireLog(row, settings.cbr)),
      ...(settings.cbr.limitOffset && { limit, offset }),
    });
  }

  showLog(call: Call, parameters: PathParameters): Reply {
    const { fleet, settings } = this.world;
    const row = fleet.cbr.inOrder('newest-first').find((candidate) => idOf(candidate) === parameters.log);
    if (row === undefined) return this.refuse(call, 'not-found', parameters.log);
    return jsonReply(200, { operation_log: wireLog(row, settings.cbr) });
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
