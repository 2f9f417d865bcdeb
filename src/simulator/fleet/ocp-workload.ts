import type { OcpCluster, OcpTenant } from './fleet.js';
import type { Random } from './random.js';
import type { OcpRecord } from './records.js';
import { fateOf, type LifeMoment, type Workload } from './workload.js';

const HOUR_MS = 60 * 60_000;

/** Log backups of one OceanBase cluster: streams that run for months, one a tenant and round. */
export function ocpWorkload(cluster: OcpCluster, random: Random): Workload<OcpRecord> {
  let latestMs = Number.NEGATIVE_INFINITY;
  return {
    rows: cluster.rows,
    intervalMs: 12 * HOUR_MS,
    makeRow: (createdMs) => {
      const [first, ...others] = cluster.tenants;
      // Without an id, nothing but the creation time tells two rounds of one tenant apart.
      latestMs = Math.max(createdMs, latestMs + 1);
      return makeOcpRecord(cluster, first && random.pick([first, ...others]), latestMs);
    },
    advance: advanceOcp,
  };
}

/** A stream that has just begun; without a tenant it covers the whole cluster and has no tenant fields at all. */
export function makeOcpRecord(
  cluster: OcpCluster,
  tenant: OcpTenant | undefined,
  createdMs: number,
): OcpRecord {
  return {
    agentServerIp: `10.20.${cluster.obClusterId % 250}.${(tenant?.id ?? 1) % 250}`,
    backupMode: 'PHYSICAL_BACKUP',
    backupUri: tenant === undefined ? 'file:///obbackup/' : `oss://ob-archive-${cluster.name}/${tenant.name}`,
    checkpoint: createdMs,
    clusterId: cluster.id,
    clusterName: cluster.name,
    clusterType: cluster.type,
    createTime: createdMs,
    delay: 0,
    obClusterId: cluster.obClusterId,
    status: 'BEGINNING',
    ...(tenant && { tenantId: tenant.id, tenantName: tenant.name, obTenantId: tenant.obTenantId }),
  };
}

function advanceOcp(record: OcpRecord, moment: LifeMoment): void {
  if (record.status !== 'BEGINNING' && record.status !== 'RUNNING') return;
  const key = `${record.clusterId}/${record.tenantId ?? 0}/${record.createTime}`;
  const ageMs = (moment.nowMs - record.createTime) * moment.rate;
  if (ageMs < 60_000) return;
  record.modifyTime = moment.nowMs;
  if (fateOf(key, 'interrupted') < 0.02 && ageMs > 2 * HOUR_MS) {
    record.status = 'INTERRUPTED';
    record.errorMsg = 'log archive is interrupted: the archive destination has no space left';
    return;
  }
  record.status = 'RUNNING';
  record.delay = delayAt(key, moment.nowMs);
  record.checkpoint = Math.max(record.checkpoint, Math.round(moment.nowMs - record.delay * 1000));
}

/** Seconds, wandering between about 20 and 140, with four decimals as OCP computes them. */
function delayAt(key: string, nowMs: number): number {
  const base = 30 + fateOf(key, 'delay') * 90;
  const wave = 1 + 0.2 * Math.sin(nowMs / 97_000 + base);
  return Math.round(base * wave * 10_000) / 10_000;
}
