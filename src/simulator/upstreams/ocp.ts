import { telltale } from '../canaries.js';
import type { OcpCluster } from '../fleet/fleet.js';
import { Random } from '../fleet/random.js';
import type { OcpRecord } from '../fleet/records.js';
import type { Row } from '../fleet/row-list.js';
import { parameter, type Call } from '../http/call.js';
import type { Quota } from '../http/rate-window.js';
import { jsonReply, type Refusal, type Reply } from '../http/reply.js';
import type { OcpSettings } from '../settings.js';
import { contentsReply, failureReply } from './ocp-envelope.js';
import { stir, wholeNumber } from './paging.js';
import { offsetTime } from './times.js';
import type { PathParameters, Refuse, Route, Upstream, World } from './upstream.js';

type OcpError = readonly [status: number, code: number, message: string];

/** OCP's own codes beside the HTTP status (open-source OCP Express, ErrorCodes). */
const REFUSALS: Readonly<Record<Refusal, OcpError>> = {
  unauthorized: [401, 30000, 'Authentication is required.'],
  forbidden: [403, 30014, 'The operation is not permitted.'],
  'not-found': [404, 10002, 'The resource does not exist.'],
  conflict: [409, 10010, 'The resource is being changed.'],
  locked: [409, 10010, 'The resource is being changed.'],
  throttled: [429, 0, 'Excessive number of requests'],
  'throttled-by-gateway': [429, 0, 'Excessive number of requests'],
  internal: [500, 10010, 'An unexpected error occurred.'],
  unavailable: [503, 10010, 'The service is not available.'],
  'gateway-timeout': [504, 10010, 'The service did not answer in time.'],
  'bad-request': [400, 10001, 'Illegal argument'],
  'no-such-route': [404, 10002, 'The resource does not exist.'],
};

const LOGIN_REFUSALS = {
  'not-authenticated': [401, 30000, 'Authentication is required.'],
  'bad-credentials': [401, 30004, 'The user name or password is wrong.'],
  'login-blocked': [401, 30007, 'The login is blocked after too many failures.'],
} as const;

/** OceanBase Cloud Platform: clusters, tenants and log backup tasks. */
export function ocpUpstream(world: World): Upstream {
  const fail = (call: Call, [status, code, message]: OcpError): Reply =>
    failureReply(call, world.settings.ocp, { status, code, message: telltale(message) });
  const refuse: Refuse = (call, refusal, detail) => {
    const [status, code, message] = REFUSALS[refusal];
    return fail(call, [status, code, detail === undefined ? message : `${message}: ${detail}`]);
  };
  return {
    name: 'ocp',
    refuse,
    authenticate: (call) => {
      const refused = world.ocpGate.check(call);
      return refused === null ? null : fail(call, LOGIN_REFUSALS[refused]);
    },
    headers: (_call, quota) => (quota === null ? {} : rateLimitHeaders(quota)),
    routes: routesOf(new OcpService(world, refuse, new Random(world.settings.seed).fork('ocp-churn'))),
  };
}

function rateLimitHeaders(quota: Quota): Record<string, string> {
  return {
    'RateLimit-Limit': String(quota.limit),
    'RateLimit-Remaining': String(quota.remaining),
    'RateLimit-Reset': String(quota.resetSeconds),
  };
}

function routesOf(service: OcpService): Route[] {
  return [
    {
      method: 'GET',
      path: '/api/v2/ob/clusters/:cluster/backup/task/logBackupTasks',
      feed: ':cluster',
      answer: (call, parameters) => service.listTasks(call, parameters),
    },
    {
      method: 'GET',
      path: '/api/v2/ob/clusters',
      feed: 'clusters',
      answer: (call) => service.listClusters(call),
    },
    {
      method: 'GET',
      path: '/api/v2/ob/clusters/:cluster/tenants',
      feed: 'tenants',
      answer: (call, parameters) => service.listTenants(call, parameters),
    },
  ];
}

/** Spring's pageable cuts larger pages silently; OCP documents the bound for the cluster list. */
const LARGEST_PAGE = 2000;

class OcpService {
  constructor(
    private readonly world: World,
    private readonly refuse: Refuse,
    private readonly random: Random,
  ) {}

  listTasks(call: Call, parameters: PathParameters): Reply {
    const cluster = this.#find(parameters);
    if (cluster === undefined) return this.refuse(call, 'not-found', parameters.cluster);
    const settings = this.world.settings.ocp;
    const inTime = ocpTimeFilter(call, settings);
    if (typeof inTime === 'string') return this.refuse(call, 'bad-request', inTime);
    const { makeRow } = this.world.life.ofOcp(cluster);
    stir(cluster.rows, settings, { random: this.random, makeRow: () => makeRow(call.nowMs) });
    const rows = cluster.rows.inOrder(settings.order).filter(inTime);
    return this.#page(call, rows, { wire: wireTask, defaults: null });
  }

  listClusters(call: Call): Reply {
    return this.#page(call, this.world.fleet.ocp, { wire: wireCluster, defaults: { page: 1, size: 10 } });
  }

  listTenants(call: Call, parameters: PathParameters): Reply {
    const cluster = this.#find(parameters);
    if (cluster === undefined) return this.refuse(call, 'not-found', parameters.cluster);
    const wire = (tenant: OcpCluster['tenants'][number]): object => ({ ...tenant, clusterId: cluster.id });
    return this.#page(call, cluster.tenants, { wire, defaults: { page: 1, size: 10 } });
  }

  #find(parameters: PathParameters): OcpCluster | undefined {
    return this.world.fleet.allOcpClusters.find(({ id }) => String(id) === parameters.cluster);
  }

  /** Pages are numbered from 1; without defaults page and size must be given. */
  #page<T>(
    call: Call,
    items: readonly T[],
    style: { wire: (item: T) => unknown; defaults: { page: number; size: number } | null },
  ): Reply {
    const settings = this.world.settings.ocp;
    const number = wholeNumber(call, 'page', { min: 1, absent: style.defaults?.page ?? null });
    const asked = wholeNumber(call, 'size', { min: 1, absent: style.defaults?.size ?? null });
    if (number === null || asked === null) return this.refuse(call, 'bad-request', 'page, size');
    const size = Math.min(asked, settings.cap ?? LARGEST_PAGE, LARGEST_PAGE);
    const contents = items.slice((number - 1) * size, number * size).map(style.wire);
    const shown = { asked, rows: contents.length, max: LARGEST_PAGE }[settings.pageSize];
    const page = { number, size: shown, totalElements: items.length, pages: Math.ceil(items.length / size) };
    return jsonReply(200, contentsReply(call, settings, { contents, page }));
  }
}

const CHINA = { offsetMinutes: 480, colon: false };

/** Fields that a task does not have are left out instead of being null. */
function wireTask(row: Row<OcpRecord>): unknown {
  if (row.kind === 'verbatim') return row.wire;
  const { createTime, modifyTime, checkpoint, ...rest } = row.record;
  return {
    ...rest,
    createTime: offsetTime(createTime, CHINA),
    checkpoint: offsetTime(checkpoint, CHINA),
    ...(modifyTime !== undefined && { modifyTime: offsetTime(modifyTime, CHINA) }),
  };
}

function wireCluster(cluster: OcpCluster): object {
  return {
    id: cluster.id,
    obClusterId: cluster.obClusterId,
    name: cluster.name,
    type: cluster.type,
    status: cluster.status,
    obVersion: '4.2.1.8',
    createTime: offsetTime(cluster.createdMs, { offsetMinutes: 480, colon: true }),
    standbyClusters: cluster.standbyClusters.map(wireCluster),
  };
}

/** An OffsetDateTime; a plus sent without escaping arrives as a space and is refused. */
const OFFSET_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** The test that tasks must pass for startTime and endTime, or what is wrong with them: both or neither. */
function ocpTimeFilter(call: Call, settings: OcpSettings): ((row: Row<OcpRecord>) => boolean) | string {
  const start = parameter(call, 'startTime');
  const end = parameter(call, 'endTime');
  if (start === undefined && end === undefined) return () => true;
  if (start === undefined || end === undefined) return 'startTime and endTime belong together';
  if (!OFFSET_TIME.test(start) || !OFFSET_TIME.test(end)) return 'startTime, endTime';
  if (settings.timeFilter === 'none') return () => true;
  const [startMs, endMs] = [Date.parse(start), Date.parse(end)];
  return (row) => row.createdMs >= startMs && row.createdMs <= endMs;
}
