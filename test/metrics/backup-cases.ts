import { NO_PROTECTION, type Expectation, type ProtectionConfig } from '@/model/expectation.js';
import type { CssRecord } from '@/simulator/fleet/records.js';
import { operationOn, SERVER_TYPE, type Operation } from '../support/backups.js';
import type { Simulator } from '../support/gateway.js';

export const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const DAILY: Expectation = {
  name: 'daily',
  match: { source: ['server-backups', 'search-logs'] },
  rhythm: { kind: 'every', everyMs: 24 * HOUR_MS, graceMs: 0 },
  taskTypes: ['BACKUP', 'LOG_BACKUP'],
  failuresInARow: 2,
  maxDurationMs: HOUR_MS,
  warningsCountAs: 'success',
  maxBlindMs: HOUR_MS,
};
const STREAMS: Expectation = {
  ...DAILY,
  name: 'streams',
  match: { source: ['oceanbase'], type: ['oceanbase-tenant'] },
  rhythm: { kind: 'continuous', lagBelowMs: 30 * MINUTE_MS },
  taskTypes: ['CONTINUOUS_LOG_BACKUP'],
};

/** What is expected of the cases, and a resource that was never backed up. */
export const PROTECTION: ProtectionConfig = {
  ...NO_PROTECTION,
  expectations: [DAILY, STREAMS],
  resources: [{ source: 'server-backups', type: SERVER_TYPE, id: 'id of new server', name: 'new server' }],
};

/**
 * Fills an empty simulator with a resource for each thing that can be wrong with a backup: at this time, or within the
 * hours after it if nothing happens.
 */
export function addCases(simulator: Simulator, beginMs: number): void {
  for (const [name, operations] of Object.entries(operationsAt(beginMs))) {
    simulator.fleet.cbr.add(...operations.map((each) => operationOn(name, each)));
  }
  simulator.fleet.addCssCluster({ id: 'logs' });
  addStreams(simulator, beginMs, { lagging: 'RUNNING', stopped: 'STOP' });
}

/** Lets all go well: what failed or did not run has succeeded a moment ago, what ran has ended, streams have caught up. */
export function mendCases({ fleet }: Simulator, nowMs: number): void {
  for (const record of fleet.cbr.records.filter(({ status }) => status === 'running')) {
    Object.assign(record, { status: 'success', updated_at: nowMs, ended_at: nowMs });
  }
  const success = { status: 'success', createdMs: nowMs - 1, endedMs: nowMs } as const;
  fleet.cbr.add(...['late "db"\\', 'failing', 'new server'].map((name) => operationOn(name, success)));
  for (const { id, rows } of fleet.css) rows.add(logBackup(id, nowMs));
  for (const { rows } of fleet.allOcpClusters) {
    for (const stream of rows.records) {
      Object.assign(stream, { status: 'RUNNING', checkpoint: nowMs, modifyTime: nowMs });
    }
  }
}

function operationsAt(beginMs: number): Readonly<Record<string, readonly Operation[]>> {
  /** Begun and ended so many minutes after the beginning; a negative number is before it. */
  const operation = (status: Operation['status'], from: number, to?: number): Operation => {
    const at = (minute: number): number => beginMs + minute * MINUTE_MS;
    return { status, createdMs: at(from), ...(to !== undefined && { endedMs: at(to) }) };
  };
  return {
    fine: [operation('success', -70, -60)],
    'late "db"\\': [operation('success', -24 * 60, -23 * 60)],
    stuck: [operation('success', -70, -60), operation('running', -20)],
    failing: [operation('success', -70, -60), operation('failed', -50, -40), operation('failed', -30, -20)],
  };
}

/** Streams of log backups whose checkpoints do not move; a status of OCP for each tenant. */
function addStreams(simulator: Simulator, beginMs: number, streams: Readonly<Record<string, string>>): void {
  const cluster = simulator.fleet.addOcpCluster({ id: 1000005, name: 'ob' });
  for (const [index, [tenantName, status]] of Object.entries(streams).entries()) {
    const tenant = { id: index + 1, obTenantId: 1001 + index, name: tenantName };
    cluster.tenants.push(tenant);
    cluster.rows.add({
      ...{ createTime: beginMs - 100 * HOUR_MS + index, modifyTime: beginMs, status },
      ...{ clusterName: 'ob', clusterId: 1000005, obClusterId: cluster.obClusterId, clusterType: 'PRIMARY' },
      ...{ tenantId: tenant.id, tenantName, obTenantId: tenant.obTenantId },
      ...{ backupUri: `oss://archive/${tenantName}`, backupMode: 'PHYSICAL_BACKUP' },
      ...{ checkpoint: beginMs - MINUTE_MS, delay: 60 },
    });
  }
}

function logBackup(clusterId: string, endedMs: number): CssRecord {
  return {
    ...{ id: `${clusterId} ${endedMs}`, clusterId, status: 'SUCCESS', jobTypes: 'Auto', failedMsg: null },
    ...{ createAt: endedMs - 1, finishedAt: endedMs, logPath: 'logs', jobId: '2c9080df' },
  };
}
