import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { Backoff, Claim, Entry, Lease, SnapshotStore } from '@/snapshots/snapshot-store.js';
import { rowOf } from '../support/rows.js';
import { STORE_SETUPS, type StoreSetup } from '../support/store-setups.js';

const REPLICAS = 3;

type Step =
  | { readonly do: 'claim'; readonly by: number; readonly nowMs: number }
  | { readonly do: 'keep' | 'load'; readonly by: number }
  | { readonly do: 'giveUp'; readonly by: number; readonly notBeforeMs: number | null }
  | { readonly do: 'breakLease' };

const by = fc.nat(REPLICAS - 1);
/** So far apart that no pause is over by the clock of the store while the test runs. */
const nowMs = fc.integer({ min: 1, max: 200 }).map((ticks) => ticks * 15_000);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('claim' as const), by, nowMs }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('keep' as const), by }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('load' as const), by }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('giveUp' as const), by, notBeforeMs: fc.option(nowMs) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('breakLease' as const) }) },
);

/** One name as it must be, whatever the store. */
class Model {
  entry: Pick<Entry, 'version' | 'head'> | null = null;
  backoff: Backoff | null = null;
  /** The version of the lease that holds. */
  holder: number | null = null;
  highest = 0;

  claim(held: number | null, at: number): Record<string, unknown> {
    if (this.entry !== null && this.entry.version > (held ?? 0)) return { outcome: 'newer' };
    if (this.backoff !== null && this.backoff.notBeforeMs > at)
      return { outcome: 'paused', backoff: this.backoff };
    if (this.holder !== null) return { outcome: 'busy' };
    this.highest = Math.max(at, this.highest + 1);
    this.holder = this.highest;
    return { outcome: 'granted', lease: { version: this.highest } };
  }
}

class Replica {
  held: Entry | null = null;
  readonly leases: Lease[] = [];

  constructor(readonly store: SnapshotStore) {}
}

class History {
  readonly #model = new Model();
  readonly #name = randomUUID();

  constructor(
    private readonly setup: StoreSetup,
    private readonly replicas: readonly Replica[],
  ) {}

  async take(next: Step): Promise<void> {
    if (next.do === 'breakLease') {
      this.#model.holder = null;
      await this.setup.breakLease(this.#name);
      return;
    }
    const replica = this.replicas[next.by];
    if (replica === undefined) throw new Error('no such replica');
    if (next.do === 'claim') await this.claim(replica, next.nowMs);
    if (next.do === 'load') await this.load(replica);
    if (next.do === 'keep') await this.keep(replica);
    if (next.do === 'giveUp') await this.giveUp(replica, next.notBeforeMs);
  }

  async end(): Promise<void> {
    for (const { leases } of this.replicas) for (const lease of leases) await lease.giveUp(null);
  }

  private async claim(replica: Replica, at: number): Promise<void> {
    const held = replica.held?.version ?? null;
    const expected = this.#model.claim(held, at);
    const claim: Claim = await replica.store.claim(this.#name, { held, nowMs: at });
    expect({ ...claim, lease: undefined }).toMatchObject({ ...expected, lease: undefined });
    if (claim.outcome !== 'granted') return;
    expect({ version: claim.lease.version }).toEqual(expected.lease);
    replica.leases.push(claim.lease);
  }

  private async load({ store, held }: Replica): Promise<void> {
    const loaded = await store.load(this.#name, held);
    const { entry } = this.#model;
    const expected = entry !== null && entry.version > (held?.version ?? 0) ? entry : null;
    expect(loaded && { version: loaded.version, head: loaded.head }).toEqual(expected);
    if (loaded === null) return;
    expect(loaded.rows.map(({ task }) => task.progressPercent)).toEqual([loaded.version % 100]);
    for (const replica of this.replicas) if (replica.store === store) replica.held = loaded;
  }

  private async keep(replica: Replica): Promise<void> {
    const lease = replica.leases.shift();
    if (lease === undefined) return;
    const row = rowOf(1);
    const rows = [{ ...row, task: { ...row.task, progressPercent: lease.version % 100 } }];
    const entry = await lease.keep({ head: { of: lease.version }, rows }, replica.held);
    const isHolder = this.#model.holder === lease.version;
    expect(entry?.version ?? null).toBe(isHolder ? lease.version : null);
    if (entry === null) return;
    Object.assign(this.#model, { entry: { version: entry.version, head: entry.head } });
    Object.assign(this.#model, { holder: null, backoff: null });
    replica.held = entry;
  }

  private async giveUp({ leases }: Replica, notBeforeMs: number | null): Promise<void> {
    const lease = leases.shift();
    if (lease === undefined) return;
    const backoff: Backoff | null =
      notBeforeMs === null
        ? null
        : { reason: 'TIMEOUT', diagnosis: null, failuresInARow: 1, failedAtMs: 1, notBeforeMs };
    await lease.giveUp(backoff);
    if (this.#model.holder !== lease.version) return;
    this.#model.holder = null;
    this.#model.backoff = backoff ?? this.#model.backoff;
  }
}

describe.each([
  ['InProcessStore', 300],
  ['RedisStore on one server', 150],
  ['FallbackStore over RedisStore on one server', 100],
] as const)('%s', (kind, numRuns) => {
  it('behaves like a simple model, whatever three replicas do', async () => {
    const setup = await (STORE_SETUPS[kind] ?? fail)();
    try {
      const stores = await Promise.all(Array.from({ length: REPLICAS }, () => setup.replica()));
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
          const replicas = stores.map(({ store }) => new Replica(store));
          const history = new History(setup, replicas);
          for (const each of steps) await history.take(each);
          await history.end();
        }),
        { numRuns },
      );
    } finally {
      await setup.stop();
    }
  });
});

function fail(): never {
  throw new Error('no such setup');
}
