import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FailureReason } from '@/model/failure.js';
import type { InventoryRead, InventoryReader } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import { PROVIDER_SETTINGS } from '@/providers/provider-list.js';
import { CANARIES } from '@/simulator/canaries.js';
import type { FaultKind } from '@/simulator/faults/fault.js';
import { someCombinations } from '../support/combinations.js';
import { startSimulator, type Simulator } from '../support/gateway.js';
import { readContext, startReaders, type Readers } from '../support/readers.js';
import { NOW_MS } from './provider-setups.js';
import { tokenSource } from './reading.js';

/** What the suite must know of one inventory. */
interface InventorySetup {
  readonly upstream: 'cbr' | 'ocp';
  readonly key: string;
  /** Adds so many members in several lists of the upstream. Answers their ids. */
  readonly fill: (simulator: Simulator, count: number) => string[];
  /** The settings under which the upstream must be read alike. */
  readonly settings: readonly object[];
}

const SETUPS: Readonly<Record<string, InventorySetup>> = {
  'huawei-cbr': {
    upstream: 'cbr',
    key: 'vaults',
    fill: ({ fleet }, count) => {
      const ids = Array.from({ length: count }, (_, number) => `server-${number}`);
      for (let start = 0; start < count; start += 3) {
        const members = ids.slice(start, start + 3).map((id) => ({
          ...{ id, name: `name of ${id}`, type: 'OS::Nova::Server', protectStatus: 'available' },
        }));
        fleet.addVault({ id: `vault-${start}` }).members.push(...members);
      }
      return ids;
    },
    settings: someCombinations({
      cap: [null, 1, 10, 99],
      count: ['total', 'page'],
      limitOffset: [true, false],
    } as const),
  },
  'oceanbase-ocp': {
    upstream: 'ocp',
    key: 'tenants',
    fill: ({ fleet }, count) => {
      const clusters = [1, 2, 3].map((id) => fleet.addOcpCluster({ id }));
      return Array.from({ length: count }, (_, index) => {
        const tenant = { id: index + 1, obTenantId: 1001, name: `tenant_${index}` };
        // The first cluster has nearly all of them, so that it takes several pages.
        clusters[index < 2 ? index + 1 : 0]?.tenants.push(tenant);
        return String(tenant.id);
      });
    },
    settings: someCombinations({
      cap: [null, 1, 10, 99],
      totals: ['totalPages', 'totalPage', 'flat', 'absent'],
      pageSize: ['asked', 'rows', 'max'],
    } as const),
  },
};

let simulator: Simulator;
let readers: Readers;
beforeEach(async () => {
  const clock = (): number => NOW_MS;
  simulator = await startSimulator({ fleet: 'empty', clock, ocp: { rateLimit: null } });
  readers = await startReaders(clock);
});
afterEach(async () => {
  await readers.close();
  await simulator.stop();
});

function inventoryOf(provider: string, changes: Partial<SourceConfig> = {}): InventoryReader | undefined {
  return readers.open({ ...tokenSource(simulator, provider), clusters: null, ...changes }).inventory;
}

async function read(provider: string, changes: Partial<SourceConfig> = {}): Promise<InventoryRead> {
  const inventory = inventoryOf(provider, changes);
  if (inventory === undefined) throw new Error(`${provider} has no inventory`);
  return inventory.read(readContext());
}

function idsIn(result: InventoryRead): string[] {
  if (result.outcome === 'failed') throw new Error(`the read failed: ${result.failure.reason}`);
  return result.members.map(({ id }) => id).sort();
}

const failed = (reason: FailureReason): object => ({
  outcome: 'failed',
  failure: expect.objectContaining({ reason }),
});

it('is offered by the providers whose settings say so, and tested here', () => {
  const offering = PROVIDER_SETTINGS.filter(({ id }) => inventoryOf(id) !== undefined).map(({ id }) => id);
  expect(PROVIDER_SETTINGS.filter(({ hasInventory }) => hasInventory).map(({ id }) => id)).toEqual(offering);
  expect(Object.keys(SETUPS).sort()).toEqual(offering.toSorted());
});

describe.each(Object.entries(SETUPS))(
  'the inventory of %s',
  (provider, { upstream, key, fill, settings }) => {
    it(`is called ${key}, and read without a task`, async () => {
      const expected = fill(simulator, 7);
      expect(inventoryOf(provider)?.key).toBe(key);
      expect(idsIn(await read(provider))).toEqual(expected.sort());
      expect(simulator.calls.count(upstream)).toBe(
        simulator.calls.count(upstream, key) + simulator.calls.count(upstream, 'clusters'),
      );
    });

    it.each([0, 1, 10, 301])('has each of %i members once under all kinds of settings', async (count) => {
      const expected = fill(simulator, count).sort();
      for (const each of settings) {
        Object.assign(simulator.settings[upstream], each);
        const result = await read(provider);
        expect({ each, ids: idsIn(result) }).toEqual({ each, ids: expected });
        expect(result).toMatchObject({ truncation: null, drift: {} });
      }
    });

    it('is cut at the limit of its source, and says so', async () => {
      fill(simulator, 30);
      const result = await read(provider, { maxTasksPerFeed: 12 });
      expect(result).toMatchObject({ truncation: 'LIMIT', members: { length: 12 } });
      expect(await read(provider, { maxTasksPerFeed: 12 })).toEqual(result);
    });

    it.each([
      ['rows-no-objects', 'MALFORMED'],
      ['same-page', 'LIMIT'],
    ] as const)('says under %s that it is not whole', async (kind, truncation) => {
      const all = fill(simulator, 60);
      simulator.settings[upstream].cap = 10;
      await simulator.setFault(upstream, { kind, only: key });
      const result = await read(provider);
      expect(result).toMatchObject({ outcome: 'read', truncation });
      expect(all).toEqual(expect.arrayContaining(idsIn(result)));
      expect(idsIn(result).length).toBeLessThan(60);
    });

    it.each(['rows-duplicated', 'rows-extra-fields'] as const)('is whole under %s', async (kind) => {
      const expected = fill(simulator, 60).sort();
      await simulator.setFault(upstream, { kind, only: key });
      const result = await read(provider);
      expect([idsIn(result), result]).toMatchObject([expected, { truncation: null }]);
    });

    it.each([
      ['error-500', 'UPSTREAM_ERROR'],
      ['throttle', 'THROTTLED'],
      ['unauthorized', 'UNAUTHORIZED'],
      ['forbidden', 'FORBIDDEN'],
      ['not-found', 'NOT_FOUND'],
      ['html', 'MALFORMED'],
      ['cut-json', 'MALFORMED'],
      ['wrong-shape', 'MALFORMED'],
      ['reset', 'UNREACHABLE'],
    ] as const satisfies readonly (readonly [FaultKind, FailureReason])[])(
      'fails under %s with %s, and tells nothing of what the upstream wrote',
      async (kind, reason) => {
        fill(simulator, 3);
        await simulator.setFault(upstream, { kind, only: key });
        const result = await read(provider);
        expect(result).toEqual(failed(reason));
        for (const tell of CANARIES) expect(JSON.stringify(result)).not.toContain(tell);
      },
    );

    it('ends when it is aborted', async () => {
      fill(simulator, 3);
      await simulator.setFault(upstream, { kind: 'hang', only: key });
      const stop = new AbortController();
      const reading = inventoryOf(provider)?.read(readContext({ signal: stop.signal }));
      await new Promise<void>((resolve) => {
        const begin = simulator.calls.begin.bind(simulator.calls);
        simulator.calls.begin = (call) => {
          begin(call);
          if (call.feed === key) resolve();
        };
      });
      stop.abort();
      expect(await reading).toEqual(failed('TIMEOUT'));
    });
  },
);
