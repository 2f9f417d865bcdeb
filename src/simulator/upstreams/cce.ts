import type { CceCluster } from '../fleet/fleet.js';
import type { CceRecord } from '../fleet/records.js';
import type { Row } from '../fleet/row-list.js';
import { Random } from '../fleet/random.js';
import { parameter, type Call } from '../http/call.js';
import { jsonReply, type Reply } from '../http/reply.js';
import type { CceSettings } from '../settings.js';
import { huaweiManners } from './huawei.js';
import { stir } from './paging.js';
import { goTime } from './times.js';
import type { PathParameters, Refuse, Upstream, World } from './upstream.js';

const ERRORS = {
  table: {
    throttled: [429, 'CCE.02429001', 'The throttling threshold has been reached.'],
    'not-found': [404, 'CCE.01404001', 'Resource not found.'],
    forbidden: [403, 'CCE.01403001', 'Forbidden.'],
    // CCE's other 429 (CCE API reference, error codes).
    locked: [429, 'CCE.01429002', 'Resource locked by other requests.'],
    conflict: [409, 'CCE.01409001', 'The resource already exists.'],
    'bad-request': [400, 'CCE.01400001', 'Invalid request.'],
    internal: [500, 'CCE.01500001', 'Internal error.'],
  },
  body: (errorCode: string, errorMessage: string) => ({ errorCode, errorMessage }),
} as const;

/** Huawei Cloud Container Engine: clusters and the backup tasks of their masters. Nothing is paged. */
export function cceUpstream(world: World): Upstream {
  const manners = huaweiManners(world, ERRORS);
  const random = new Random(world.settings.seed).fork('cce-churn');
  const service = new CceService(world, manners.refuse, random);
  return {
    name: 'cce',
    ...manners,
    routes: [
      {
        method: 'GET',
        path: '/api/v3.1/projects/:project/clusters/:cluster/operation/snapshot/tasks',
        feed: ':cluster',
        answer: (call, parameters) => service.listTasks(call, parameters),
      },
      {
        method: 'GET',
        path: '/api/v3/projects/:project/clusters',
        feed: 'clusters',
        answer: (call) => service.listClusters(call),
      },
    ],
  };
}

class CceService {
  constructor(
    private readonly world: World,
    private readonly refuse: Refuse,
    private readonly random: Random,
  ) {}

  listTasks(call: Call, parameters: PathParameters): Reply {
    const cluster = this.world.fleet.cce.find(({ id }) => id === parameters.cluster);
    if (cluster === undefined) return this.refuse(call, 'not-found', parameters.cluster);
    const settings = this.world.settings.cce;
    const { makeRow } = this.world.life.ofCce(cluster);
    stir(cluster.rows, settings, { random: this.random, makeRow: () => makeRow(call.nowMs) });
    const rows = cluster.rows.inOrder(settings.order);
    return jsonReply(200, {
      kind: 'List',
      apiVersion: 'v3.1',
      metadata: {},
      items: rows.map((row) => wireTask(row, settings)),
      status: { latestBackupTime: latestBackupTime(cluster, settings) },
    });
  }

  listClusters(call: Call): Reply {
    const { fleet, settings } = this.world;
    const status = parameter(call, 'status');
    return jsonReply(200, {
      kind: 'Cluster',
      apiVersion: 'v3',
      items: fleet.cce
        .filter(({ phase }) => status === undefined || phase === status)
        .map((cluster) => wireCluster(cluster, settings.cce)),
    });
  }
}

function latestBackupTime(cluster: CceCluster, settings: CceSettings): string {
  const ended = cluster.rows.records.flatMap(({ phase, completedMs }) =>
    phase === 'Success' && completedMs !== null ? [completedMs] : [],
  );
  return ended.length === 0
    ? ''
    : goTime(
        ended.reduce((a, b) => Math.max(a, b)),
        settings,
      );
}

function wireTask(row: Row<CceRecord>, settings: CceSettings): unknown {
  if (row.kind === 'verbatim') return row.wire;
  const { record } = row;
  const creationTimestamp = goTime(record.createdMs, settings);
  const updateTimestamp = goTime(record.updatedMs, settings);
  // The documented example fills completionTime at 67 % with the update time.
  const completedMs = record.completedMs ?? (settings.runningCompletionTime ? record.updatedMs : null);
  return {
    kind: 'SnapshotTask',
    apiVersion: 'v3.1',
    metadata: { uid: record.uid, creationTimestamp, updateTimestamp },
    spec:
      record.message === '' && record.rollback !== true
        ? {}
        : { items: [subtask(record, { creationTimestamp, updateTimestamp })] },
    status: {
      phase: record.phase,
      progress: String(record.progress),
      ...(completedMs !== null && { completionTime: goTime(completedMs, settings) }),
    },
  };
}

function subtask(record: CceRecord, times: { creationTimestamp: string; updateTimestamp: string }): object {
  return {
    id: `${record.uid}-0`,
    type: record.rollback === true ? 'master-backup-rollback' : 'master-backup',
    status: record.phase,
    ...times,
    message: record.message,
  };
}

const NETWORKS = {
  hostNetwork: {
    vpc: 'c1095ba7-b7df-4f51-b080-69a0cf8f2ff3',
    subnet: '6d3c5c1f-0a1f-4b9e-8c39-7b7e2f1c9f55',
    SecurityGroup: '2f0e3b6a-3a58-4d3c-9b6e-1c7d0d2b8a10',
  },
  containerNetwork: { mode: 'eni', cidrs: [{ cidr: '10.16.0.0/16' }] },
  eniNetwork: {
    eniSubnetCIDR: '192.168.64.0/18',
    subnets: [{ subnetID: '8f2c0b1e-5f3f-4a53-a0fd-52a6c4b2d0c7' }],
  },
};

function wireCluster(cluster: CceCluster, settings: CceSettings): object {
  return {
    kind: 'Cluster',
    apiVersion: 'v3',
    metadata: {
      uid: cluster.id,
      name: cluster.name,
      alias: cluster.name,
      creationTimestamp: goTime(cluster.createdMs, settings),
      timezone: 'Asia/Shanghai',
    },
    spec: { type: 'VirtualMachine', version: 'v1.31', ...NETWORKS },
    status: { phase: cluster.phase },
  };
}
