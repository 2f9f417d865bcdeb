import { readFileSync } from 'node:fs';
import type { Task } from '@/model/task.js';
import { cbrWorkload } from '@/simulator/fleet/cbr-workload.js';
import { cceWorkload } from '@/simulator/fleet/cce-workload.js';
import { cssWorkload } from '@/simulator/fleet/css-workload.js';
import { makeOcpRecord } from '@/simulator/fleet/ocp-workload.js';
import { Random } from '@/simulator/fleet/random.js';
import type { RowList } from '@/simulator/fleet/row-list.js';
import type { Workload } from '@/simulator/fleet/workload.js';
import type { Churn, SimulatorSettings } from '@/simulator/settings.js';
import type { Simulator } from '../support/gateway.js';

/** The moment at which everything happens unless a test moves the clock. */
export const NOW_MS = Date.UTC(2026, 5, 1, 12);

/** What a record should be found as. */
export interface Expected {
  /** Tells it from all others; `keyOf` finds it in its task. */
  readonly key: string;
  readonly createdMs: number;
}

/** The rows of one feed that a simulator serves. */
export interface Stock {
  readonly feedKey: string;
  /** Replaces all rows by so many new ones of every status and age, some created at the same time. */
  readonly fill: (count: number) => void;
  readonly addVerbatim: (wire: unknown) => void;
  /** The records of the moment, without those added as they are. */
  readonly expected: () => readonly Expected[];
}

/** What the suite must know of one provider to test it at the wire. */
export interface ProviderSetup {
  readonly upstream: 'css' | 'cbr' | 'cce' | 'ocp';
  /** Adds a feed. */
  readonly stock: (simulator: Simulator, feed?: StockedFeed) => Stock;
  /** The rows of an answer as the vendor's documentation shows it. */
  readonly rowsIn: (body: never) => readonly unknown[];
  readonly keyOf: (task: Task) => string;
  /**
   * Set where pages cannot be made to overlap, so that rows may be missed while others go: the read then says that
   * it is truncated.
   */
  readonly tellsLosses?: true;
  /** The changes under which even that cannot be told. */
  readonly hides?: (churn: Churn) => boolean;
  /** How finely the upstream tells creation times under its settings. */
  readonly resolutionMs: (settings: SimulatorSettings) => number;
}

interface StockedFeed {
  readonly key: string;
  readonly name: string;
}

/** One setup a provider; a test compares them with the list of providers. */
export const PROVIDER_SETUPS: Readonly<Record<string, ProviderSetup>> = {
  'huawei-css': {
    upstream: 'css',
    stock: ({ fleet }, { key: id, name } = { key: 'cluster-1', name: 'logs' }) => {
      const cluster = fleet.addCssCluster({ id, name });
      const workload = cssWorkload(cluster, new Random(1));
      return stockOf(id, workload, (record) => ({ key: record.id, createdMs: record.createAt }));
    },
    rowsIn: (body: { clusterLogRecord: unknown[] }) => body.clusterLogRecord,
    keyOf: ({ id }) => id.slice('search-logs.'.length),
    resolutionMs: () => 1,
  },
  'huawei-cbr': {
    upstream: 'cbr',
    stock: ({ fleet, settings }) => {
      const workload = cbrWorkload(fleet.cbr, { project: settings.accounts.project, random: new Random(2) });
      return stockOf('operation-logs', workload, (record) => ({
        key: record.id,
        createdMs: record.created_at,
      }));
    },
    rowsIn: (body: { operation_logs: unknown[] }) => body.operation_logs,
    keyOf: ({ id }) => id.slice('server-backups.'.length),
    resolutionMs: ({ cbr }) => (cbr.times === 'zulu' ? 1000 : 1),
  },
  'huawei-cce': {
    upstream: 'cce',
    stock: ({ fleet }, { key: id, name } = { key: 'cluster-1', name: 'payments' }) => {
      const cluster = fleet.addCceCluster({ id, name });
      const workload = cceWorkload(cluster, new Random(3));
      return stockOf(id, workload, (record) => ({ key: record.uid, createdMs: record.createdMs }));
    },
    rowsIn: (body: { items: unknown[] }) => body.items,
    keyOf: ({ id }) => id.slice('kubernetes.'.length),
    resolutionMs: ({ cce }) => 10 ** Math.max(0, 3 - cce.fractionDigits),
  },
  'oceanbase-ocp': {
    upstream: 'ocp',
    stock: ({ fleet }, { key, name } = { key: '1000005', name: 'yc0820_17' }) => {
      const cluster = fleet.addOcpCluster({ id: Number(key), name });
      for (let id = 1; id <= 5; id++) {
        cluster.tenants.push({ id, obTenantId: 1000 + id, name: `tenant_${id}` });
      }
      let made = 0;
      const workload = {
        rows: cluster.rows,
        // Every sixth is the whole cluster's own.
        makeRow: (createdMs: number) => makeOcpRecord(cluster, cluster.tenants[made++ % 6], createdMs),
        advance: () => undefined,
      };
      return stockOf(key, workload, (record) => ({
        key: `${record.tenantId ?? record.clusterId}@${record.createTime}`,
        createdMs: record.createTime,
      }));
    },
    tellsLosses: true,
    // As many rows come as go, so the total stands still and vouches for what is not whole.
    hides: ({ insert, remove }) => insert === remove,
    rowsIn: (body: { data: { contents: unknown[] } }) => body.data.contents,
    // OCP gives no id: what tells two rounds apart is whose they are and when they began.
    keyOf: ({ resource, createTime }) => `${resource?.id ?? ''}@${Date.parse(createTime ?? '')}`,
    resolutionMs: () => 1,
  },
};

/** The setup of a provider. */
export function setupOf(provider: string): ProviderSetup {
  const setup = PROVIDER_SETUPS[provider];
  if (setup === undefined) throw new Error(`no setup for ${provider}`);
  return setup;
}

function stockOf<R extends object>(
  feedKey: string,
  workload: Pick<Workload<R>, 'makeRow' | 'advance'> & { readonly rows: RowList<R> },
  describe: (record: R) => Expected,
): Stock {
  const { rows, makeRow, advance } = workload;
  return {
    feedKey,
    fill: (count) => {
      rows.clear();
      for (let index = 0; index < count; index++) {
        const record = makeRow(NOW_MS - 1 - Math.floor(index / 2) * 61_007);
        advance(record, { nowMs: NOW_MS, rate: 1 });
        rows.add(record);
      }
    },
    addVerbatim: (wire) => {
      rows.addVerbatim(wire, NOW_MS);
    },
    expected: () => rows.records.map(describe),
  };
}

/** An answer out of the vendor's documentation. */
export function exampleOf(provider: string): unknown {
  return JSON.parse(readFileSync(`src/providers/${provider}/fixtures/example.json`, 'utf8')) as unknown;
}
