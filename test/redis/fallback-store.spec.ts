import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RedisUnavailable } from '@/redis/redis-link.js';
import { FallbackStore } from '@/snapshots/fallback/fallback-store.js';
import { InProcessStore } from '@/snapshots/in-process/in-process-store.js';
import { RedisStore } from '@/snapshots/redis/redis-store.js';
import {
  SnapshotStore,
  type Claim,
  type Entry,
  type Lease,
  type StoreEvent,
} from '@/snapshots/snapshot-store.js';
import { PlainLink } from '../support/plain-link.js';
import { rowsOf } from '../support/rows.js';
import { redisSetup, type RedisSetup } from '../support/store-setups.js';

const TIMEOUTS = { claimMs: 30, transferMs: 60 };

/** A store of which each call goes through `trouble`. */
class TroubledStore extends SnapshotStore {
  constructor(
    private readonly store: SnapshotStore,
    private readonly trouble: <T>(work: () => Promise<T>) => Promise<T>,
  ) {
    super();
  }

  load(name: string, held: Entry | null): Promise<Entry | null> {
    return this.trouble(() => this.store.load(name, held));
  }

  async claim(name: string, wish: { held: number | null; nowMs: number }): Promise<Claim> {
    const claim = await this.trouble(() => this.store.claim(name, wish));
    const lease = (claim as { lease?: Lease } | undefined)?.lease;
    if (typeof lease?.keep !== 'function') return claim;
    return { outcome: 'granted', lease: this.troubled(lease) };
  }

  offer(name: string, entry: Entry): Promise<void> {
    return this.trouble(() => this.store.offer(name, entry));
  }

  onStoreEvent(listener: (event: StoreEvent) => void): void {
    this.store.onStoreEvent(listener);
  }

  private troubled(lease: Lease): Lease {
    return {
      version: lease.version,
      lost: lease.lost,
      keep: (content, base) => this.trouble(() => lease.keep(content, base)),
      giveUp: (backoff) => this.trouble(() => lease.giveUp(backoff)),
    };
  }
}

type Trouble = <T>(work: () => Promise<T>) => Promise<T>;

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const GARBAGE = [undefined, null, 7, 'x', {}, [], { outcome: 'granted' }, { outcome: 'granted', lease: 1 }];

const TROUBLES: Readonly<Record<string, () => Trouble>> = {
  'fails always': () => () => Promise.reject(new RedisUnavailable('OOM')),
  'throws at once': () => () => {
    throw new Error('not even a promise');
  },
  'fails after the work was done': () => async (work) => {
    await work();
    throw new RedisUnavailable('TIMEOUT');
  },
  'fails every other time': () => {
    let calls = 0;
    return (work) => (calls++ % 2 === 0 ? work() : Promise.reject(new RedisUnavailable('TIMEOUT')));
  },
  'is slow': () => async (work) => {
    await later(10);
    return work();
  },
  'answers when nobody waits any more': () => async (work) => {
    await later(90);
    return work();
  },
  'never answers': () => () => new Promise(() => undefined),
  'answers garbage': () => {
    let calls = 0;
    return <T>() => Promise.resolve(GARBAGE[calls++ % GARBAGE.length] as T);
  },
};

describe.each(Object.entries(TROUBLES))('FallbackStore over a store that %s', (_, trouble) => {
  it('answers every call, and its versions never decrease', async () => {
    const shared = new TroubledStore(new InProcessStore().replica(), trouble());
    const faults: string[] = [];
    const store = new FallbackStore({
      ...{ shared, local: new InProcessStore(), timeouts: TIMEOUTS },
      onUp: () => undefined,
      onFault: (code) => faults.push(code),
    });
    let held: Entry | null = null;
    let kept = 0;
    for (let round = 0; round < 12; round++) {
      const nowMs = 1_000 - round;
      const loaded: Entry | null = await store.load('f', held);
      expect(loaded?.version ?? Infinity).toBeGreaterThan(versionOf(held));
      held = loaded ?? held;
      const claim = await store.claim('f', { held: held?.version ?? null, nowMs });
      if (claim.outcome !== 'granted') continue;
      expect(claim.lease.version).toBeGreaterThan(versionOf(held));
      const entry: Entry | null = await claim.lease.keep({ head: round, rows: rowsOf(3) }, held);
      if (entry === null) continue;
      expect(entry).toMatchObject({ version: claim.lease.version, head: round });
      held = entry;
      kept += 1;
    }
    expect(kept).toBeGreaterThan(0);
    for (const code of faults) expect(code).toMatch(/^(OOM|TIMEOUT|OTHER|GARBAGE)$/);
    await store.offer('f', { version: versionOf(held) + 1, head: 'offered', rows: [] });
    await expect(store.load('f', held)).resolves.toMatchObject({ head: 'offered' });
  });
});

function versionOf(entry: Entry | null): number {
  return entry?.version ?? 0;
}

describe('FallbackStore over a Redis that is down for a while', () => {
  let setup: RedisSetup;
  let name: string;
  const links: PlainLink[] = [];

  beforeAll(async () => {
    setup = await redisSetup();
  });

  afterAll(async () => {
    await Promise.all(links.map((link) => link.close()));
    await setup.stop();
  });

  beforeEach(() => {
    name = randomUUID();
  });

  async function replica(): Promise<{ store: SnapshotStore; link: PlainLink }> {
    const link = await PlainLink.to(setup.url, setup.prefix);
    links.push(link);
    const store = new FallbackStore({
      shared: new RedisStore({ link, keepForMs: 60_000 }),
      local: new InProcessStore(),
      onUp: (listener) => {
        link.onUp(listener);
      },
    });
    return { store, link };
  }

  async function leaseOf(store: SnapshotStore, held: number | null, nowMs: number): Promise<Lease> {
    const claim = await store.claim(name, { held, nowMs });
    if (claim.outcome !== 'granted') throw new Error(`not granted: ${claim.outcome}`);
    return claim.lease;
  }

  async function loadedBy(store: SnapshotStore): Promise<Entry> {
    for (;;) {
      const entry = await store.load(name, null);
      if (entry !== null) return entry;
      await later(20);
    }
  }

  it('works without Redis, and offers its entries to Redis afterwards', async () => {
    const [one, two] = [await replica(), await replica()];
    one.link.cut();
    const lease = await leaseOf(one.store, null, 100);
    await expect(one.store.claim(name, { held: null, nowMs: 100 })).resolves.toMatchObject({
      outcome: 'busy',
    });
    await expect(lease.keep({ head: 'alone', rows: rowsOf(5) }, null)).resolves.toMatchObject({
      version: 100,
    });
    await expect(two.store.load(name, null)).resolves.toBeNull();
    one.link.restore();
    await expect(loadedBy(two.store)).resolves.toMatchObject({ version: 100, head: 'alone' });
  });

  it('keeps what was read when Redis fails during the read', async () => {
    const { store, link } = await replica();
    const lease = await leaseOf(store, null, 100);
    link.cut();
    await expect(lease.keep({ head: 'kept', rows: [] }, null)).resolves.toMatchObject({ version: 100 });
    await expect(store.load(name, null)).resolves.toMatchObject({ head: 'kept' });
    const next = await leaseOf(store, 100, 50);
    expect(next.version).toBe(101);
    await next.giveUp(null);
  });

  it('pauses after a read that failed while Redis was down', async () => {
    const { store, link } = await replica();
    const lease = await leaseOf(store, null, 100);
    link.cut();
    const backoff = {
      reason: 'TIMEOUT',
      diagnosis: null,
      failuresInARow: 1,
      failedAtMs: 100,
      notBeforeMs: 600_100,
    } as const;
    await lease.giveUp(backoff);
    await expect(store.claim(name, { held: null, nowMs: 150 })).resolves.toEqual({
      outcome: 'paused',
      backoff,
    });
  });

  it('fills a Redis that was restarted empty', async () => {
    const [one, two] = [await replica(), await replica()];
    const lease = await leaseOf(one.store, null, 100);
    await lease.keep({ head: 'before', rows: rowsOf(200) }, null);
    one.link.cut();
    await setup.command((redis) => redis.flushall());
    one.link.restore();
    await expect(loadedBy(two.store)).resolves.toMatchObject({ version: 100, head: 'before' });
  });

  it('publishes the entries that it missed', async () => {
    const [one, two] = [await replica(), await replica()];
    const events: StoreEvent[] = [];
    one.store.onStoreEvent((event) => events.push(event));
    await one.store.load(name, null);
    one.link.cut();
    await (await leaseOf(two.store, null, 100)).keep({ head: 'missed', rows: [] }, null);
    events.length = 0;
    one.link.restore();
    while (events.length === 0) await later(10);
    expect(events).toContainEqual({ name, version: 100 });
    await expect(one.store.load(name, null)).resolves.toMatchObject({ head: 'missed' });
  });

  it('takes the newer of two entries that were kept during the outage', async () => {
    const [one, two] = [await replica(), await replica()];
    one.link.cut();
    const apart = await (await leaseOf(one.store, null, 100)).keep({ head: 'older', rows: [] }, null);
    await (await leaseOf(two.store, null, 200)).keep({ head: 'newer', rows: [] }, null);
    one.link.restore();
    await expect(one.store.load(name, apart)).resolves.toMatchObject({ version: 200, head: 'newer' });
    await expect(two.store.load(name, null)).resolves.toMatchObject({ version: 200, head: 'newer' });
  });
});
