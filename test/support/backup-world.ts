import { hashText, Random } from '@/simulator/fleet/random.js';
import { makeOcpRecord } from '@/simulator/fleet/ocp-workload.js';
import type { CbrRecord } from '@/simulator/fleet/records.js';
import type { Simulator } from '@/simulator/simulator.js';
import { operationOn, SERVER_TYPE, type Operation } from './backups.js';

const MINUTE_MS = 60_000;
/** How long each run takes. */
const DURATION_MS = 10 * MINUTE_MS;

/** An operation on a server. */
export interface Run {
  readonly beginMs: number;
  /** null: it runs. */
  readonly endMs: number | null;
  readonly status: Operation['status'];
  readonly operation: NonNullable<Operation['type']>;
  readonly hasWarnings: boolean;
}

export function success(endTime: string, changes: Partial<Run> = {}): Run {
  const endMs = Date.parse(endTime);
  return {
    beginMs: endMs - DURATION_MS,
    endMs,
    status: 'success',
    operation: 'backup',
    hasWarnings: false,
    ...changes,
  };
}

export function failure(endTime: string, status: 'failed' | 'timeout' = 'failed'): Run {
  return success(endTime, { status });
}

export function running(beginTime: string): Run {
  return success(beginTime, { beginMs: Date.parse(beginTime), endMs: null, status: 'running' });
}

/** Fills an empty simulator with what its upstreams list at a moment: tasks that end later are left out. */
export class BackupWorld {
  constructor(
    private readonly simulator: Pick<Simulator, 'fleet'>,
    private readonly nowMs: number,
  ) {}

  /** A server in a vault of CBR, backed up or not. */
  member(name: string): void {
    const [vault = this.simulator.fleet.addVault({ id: 'vault-servers' })] = this.simulator.fleet.vaults;
    vault.members.push({ id: idOf(name), name, type: SERVER_TYPE, protectStatus: 'available' });
  }

  /** The operations on a server of CBR. */
  server(
    name: string,
    runs: readonly Run[],
    place: { id?: string; vault?: string; type?: string } = {},
  ): void {
    const resource = { id: place.id ?? idOf(name), name, type: place.type ?? SERVER_TYPE };
    for (const run of this.#past(runs)) {
      const record = this.#operation(run, place.vault ?? 'vault-servers');
      Object.assign(record.extra_info, sectionOf(run, resource));
      if (run.operation !== 'vault_delete') record.extra_info.resource = resource;
      this.simulator.fleet.cbr.add(record);
    }
  }

  /** A cluster of CSS, and its log backups. */
  searchCluster(name: string, runs: readonly Run[]): void {
    const cluster = this.simulator.fleet.addCssCluster({ id: idOf(name), name });
    for (const { beginMs, endMs } of this.#past(runs)) {
      cluster.rows.add({
        ...{ id: idOf(`${name} ${beginMs}`), clusterId: cluster.id, createAt: beginMs, finishedAt: endMs },
        ...{ logPath: `css-backup-${name}/log`, status: 'SUCCESS', jobTypes: 'Auto' },
        ...{ failedMsg: null, jobId: idOf(`job of ${name} ${beginMs}`) },
      });
    }
  }

  /** A log backup of a tenant of OCP, and how far it is behind. */
  stream(tenant: string, beginTime: string, state: { status?: string; lagMs?: number } = {}): void {
    const { status = 'RUNNING', lagMs = 0 } = state;
    const { fleet } = this.simulator;
    const cluster = fleet.ocp[0] ?? fleet.addOcpCluster({ id: 1000005, name: 'yc0820_17' });
    const named = { id: hashText(tenant) % 10_000, obTenantId: 1001, name: tenant };
    const record = makeOcpRecord(cluster, named, Date.parse(beginTime));
    cluster.rows.add({ ...record, status, checkpoint: this.nowMs - lagMs, delay: lagMs / 1000 });
  }

  #past(runs: readonly Run[]): readonly Run[] {
    return runs.filter(({ beginMs, endMs }) => (endMs ?? beginMs) <= this.nowMs);
  }

  #operation({ beginMs, endMs, status, operation: type }: Run, vault: string): CbrRecord {
    const times = { createdMs: beginMs, ...(endMs !== null && { endedMs: endMs }) };
    return {
      ...operationOn('', { type, status, ...times }),
      id: idOf(`${type} ${this.simulator.fleet.cbr.size}`),
      vault_id: idOf(vault),
      vault_name: vault,
      extra_info: {},
    };
  }
}

function sectionOf({ operation, hasWarnings }: Run, resource: object): object {
  if (operation === 'remove_resource') {
    return { remove_resources: { fail_count: 0, total_count: 1, resources: [resource] } };
  }
  return hasWarnings ? { backup: { app_consistency_error_code: 'BackupService.6700' } } : {};
}

function idOf(name: string): string {
  return new Random(hashText(name)).uuid();
}
