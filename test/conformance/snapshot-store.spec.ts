import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { diagnosisOf } from '@/model/diagnosis.js';
import type { Backoff, Claim, Entry, Lease, StoreEvent, SnapshotStore } from '@/snapshots/snapshot-store.js';
import { rowOf, rowsOf } from '../support/rows.js';
import { STORE_SETUPS, type StoreSetup, type StoreReplica } from '../support/store-setups.js';

const NOW_MS = 1_800_000_000_000;
const BACKOFF: Backoff = {
  ...{ reason: 'THROTTLED', failuresInARow: 2, failedAtMs: NOW_MS, notBeforeMs: NOW_MS + 5_000 },
  diagnosis: diagnosisOf('HTTP_STATUS', {
    call: 'LOG_IN',
    httpStatus: 429,
    errorCode: 'APIGW.0308',
    requestId: 'r-1',
  }),
};

describe.each(Object.entries(STORE_SETUPS))('%s', (_, start) => {
  let setup: StoreSetup;
  let one: StoreReplica;
  let two: StoreReplica;
  let name: string;

  beforeAll(async () => {
    setup = await start();
    one = await setup.replica();
    two = await setup.replica();
  });

  afterAll(async () => {
    await setup.stop();
  });

  beforeEach(() => {
    name = `sources/${randomUUID()}/feeds/f`;
  });

  async function keepRows(store: SnapshotStore, count: number, base: Entry | null = null): Promise<Entry> {
    const lease = await leaseOf(store, base);
    return kept(await lease.keep({ head: { count }, rows: rowsOf(count) }, base));
  }

  function leaseOf(store: SnapshotStore, held: Entry | null, nowMs = NOW_MS): Promise<Lease> {
    return store.claim(name, { held: held?.version ?? null, nowMs }).then(granted);
  }

  it('has no entry for a new name', async () => {
    await expect(one.store.load(name, null)).resolves.toBeNull();
  });

  it('gives every replica the entry that one has stored', async () => {
    const entry = await keepRows(one.store, 500);
    const loaded = kept(await two.store.load(name, null));
    expect({ ...loaded, rows: byId(loaded) }).toEqual({
      version: entry.version,
      head: { count: 500 },
      rows: byId({ rows: rowsOf(500) }),
    });
    await expect(two.store.load(name, loaded)).resolves.toBeNull();
  });

  it('keeps an entry without rows', async () => {
    await keepRows(one.store, 0);
    await expect(two.store.load(name, null)).resolves.toMatchObject({ head: { count: 0 }, rows: [] });
  });

  it('keeps names apart in any spelling', async () => {
    const names = ['', '}', '{', '{}', '{a}b', '%7B', 'sources/ä/feeds/\u{1F4BE}'];
    for (const [index, odd] of names.entries()) {
      const lease = granted(await one.store.claim(odd, { held: null, nowMs: NOW_MS }));
      await lease.keep({ head: index, rows: [] }, null);
    }
    const heads = await Promise.all(names.map(async (odd) => kept(await two.store.load(odd, null)).head));
    expect(heads).toEqual([...names.keys()]);
  });

  it('grants one lease at a time, to one of many who ask together', async () => {
    const claims = await Promise.all(
      [one, two, one, two].map(({ store }) => store.claim(name, { held: null, nowMs: NOW_MS })),
    );
    expect(claims.map(({ outcome }) => outcome).sort()).toEqual(['busy', 'busy', 'busy', 'granted']);
    for (const claim of claims) {
      if (claim.outcome !== 'busy') continue;
      expect(claim.forMs).toBeGreaterThan(0);
      expect(claim.forMs).toBeLessThanOrEqual(3_000);
    }
  });

  it('grants the next lease as soon as one was released', async () => {
    const first = await leaseOf(one.store, null);
    await first.giveUp(null);
    const second = await leaseOf(two.store, null);
    expect(second.version).toBeGreaterThan(first.version);
  });

  it('tells callers with an older entry that there is a newer one', async () => {
    const entry = await keepRows(one.store, 3);
    await expect(two.store.claim(name, { held: null, nowMs: NOW_MS })).resolves.toEqual({ outcome: 'newer' });
    const older = { held: entry.version - 1, nowMs: NOW_MS };
    await expect(two.store.claim(name, older)).resolves.toEqual({ outcome: 'newer' });
    await expect(leaseOf(two.store, entry)).resolves.toMatchObject({ version: entry.version + 1 });
  });

  it('takes versions from the clock, and higher ones after the clock was set back', async () => {
    const first = await leaseOf(one.store, null);
    expect(first.version).toBe(NOW_MS);
    await first.giveUp(null);
    const second = await leaseOf(two.store, null, NOW_MS - 60_000);
    expect(second.version).toBe(NOW_MS + 1);
    const entry = kept(await second.keep({ head: null, rows: [] }, null));
    const third = await leaseOf(one.store, { ...entry, version: NOW_MS + 50 }, 1);
    expect(third.version).toBe(NOW_MS + 51);
  });

  it('reuses the rows that did not change', async () => {
    const base = await keepRows(one.store, 300);
    const held = kept(await two.store.load(name, null));
    const changed = rowsOf(300).map((row, number) => (number === 7 ? rowOf(7, 'FAILED') : row));
    const lease = await leaseOf(one.store, base);
    const entry = kept(await lease.keep({ head: { count: 300 }, rows: changed }, base));
    const loaded = kept(await two.store.load(name, held));
    for (const [now, before] of [
      [entry, base],
      [loaded, held],
    ] as const) {
      expect(byId(now)).toEqual(byId({ rows: changed }));
      const old = new Set(before.rows);
      expect(now.rows.filter((row) => !old.has(row)).map(({ task }) => task.status)).toEqual(['FAILED']);
    }
  });

  it('follows a feed that grows and shrinks', async () => {
    let held: Entry | null = null;
    let base: Entry | null = null;
    for (const count of [10, 1_000, 1_100, 40, 0, 5]) {
      base = await keepRows(one.store, count, base);
      held = kept(await two.store.load(name, held));
      expect(byId(held)).toEqual(byId({ rows: rowsOf(count) }));
    }
  });

  it('publishes kept entries and failed reads to the other replicas only', async () => {
    const [toOne, toTwo]: [StoreEvent[], StoreEvent[]] = [[], []];
    one.store.onStoreEvent((event) => toOne.push(event));
    two.store.onStoreEvent((event) => toTwo.push(event));
    const { version } = await keepRows(one.store, 1);
    const second = granted(await one.store.claim(name, { held: version, nowMs: NOW_MS }));
    await second.giveUp(BACKOFF);
    await eventually(() => {
      expect(toTwo.filter((event) => event.name === name)).toEqual([
        { name, version },
        { name, backoff: BACKOFF },
      ]);
    });
    expect(toOne.filter((event) => event.name === name)).toEqual([]);
  });

  it('pauses all replicas after failed reads, until the backoff ends', async () => {
    await (await leaseOf(one.store, null)).giveUp(BACKOFF);
    for (const { store } of [one, two]) {
      const claim = await store.claim(name, { held: null, nowMs: BACKOFF.notBeforeMs - 1 });
      expect(claim).toEqual({ outcome: 'paused', backoff: BACKOFF });
    }
    await expect(leaseOf(two.store, null, BACKOFF.notBeforeMs)).resolves.toBeDefined();
  });

  it('never pauses for longer than the backoff, even if the clock of the caller is behind', async () => {
    await (await leaseOf(one.store, null)).giveUp({ ...BACKOFF, notBeforeMs: NOW_MS + 50 });
    const wish = { held: null, nowMs: NOW_MS - 3_600_000 };
    let claim = await two.store.claim(name, wish);
    for (let tries = 0; claim.outcome === 'paused' && tries < 500; tries += 1) {
      await setup.runOut(name);
      await new Promise((resolve) => setTimeout(resolve, 10));
      claim = await two.store.claim(name, wish);
    }
    expect(claim.outcome).toBe('granted');
  });

  it('forgets failures once a read succeeds', async () => {
    await (await leaseOf(one.store, null)).giveUp(BACKOFF);
    const lease = await leaseOf(two.store, null, BACKOFF.notBeforeMs);
    const entry = kept(await lease.keep({ head: null, rows: [] }, null));
    await expect(leaseOf(one.store, entry)).resolves.toBeDefined();
  });

  it('tells the holder that its lease is lost, and keeps nothing from it', async () => {
    const lease = await leaseOf(one.store, null);
    await setup.breakLease(name);
    if (!lease.lost.aborted) await once(lease.lost, 'abort');
    await expect(lease.keep({ head: null, rows: [] }, null)).resolves.toBeNull();
    await expect(two.store.load(name, null)).resolves.toBeNull();
  });

  it('rejects what was read under a lease that another replica holds now', async () => {
    const late = await leaseOf(one.store, null);
    await setup.breakLease(name);
    const next = await leaseOf(two.store, null);
    await expect(late.keep({ head: 'late', rows: [] }, null)).resolves.toBeNull();
    await late.giveUp(BACKOFF);
    await expect(next.keep({ head: 'next', rows: [] }, null)).resolves.toMatchObject({ head: 'next' });
    await expect(one.store.load(name, null)).resolves.toMatchObject({ head: 'next' });
  });

  it('keeps one entry per lease', async () => {
    const lease = await leaseOf(one.store, null);
    await lease.keep({ head: 1, rows: [] }, null);
    await expect(lease.keep({ head: 2, rows: [] }, null)).resolves.toBeNull();
    await expect(two.store.load(name, null)).resolves.toMatchObject({ head: 1 });
  });

  it('grants the lease of a dead replica once it has expired', async () => {
    const dying = await setup.replica();
    const first = await leaseOf(dying.store, null);
    dying.die();
    await setup.runOut(name);
    await expect(leaseOf(two.store, null)).resolves.toMatchObject({ version: first.version + 1 });
  });

  it('accepts an offered entry unless there is a newer one', async () => {
    await one.store.offer(name, { version: 20, head: 'first', rows: rowsOf(100) });
    await two.store.offer(name, { version: 19, head: 'older', rows: rowsOf(1) });
    await expect(two.store.load(name, null)).resolves.toMatchObject({ version: 20, head: 'first' });
    await two.store.offer(name, { version: 21, head: 'newer', rows: rowsOf(2) });
    await expect(one.store.load(name, null)).resolves.toMatchObject({ version: 21, head: 'newer' });
    expect((await leaseOf(one.store, { version: 21, head: null, rows: [] }, 1)).version).toBe(22);
  });
});

function granted(claim: Claim): Lease {
  if (claim.outcome !== 'granted') throw new Error(`not granted: ${claim.outcome}`);
  return claim.lease;
}

function kept(entry: Entry | null): Entry {
  if (entry === null) throw new Error('there is no entry');
  return entry;
}

function byId({ rows }: Pick<Entry, 'rows'>): Entry['rows'] {
  return [...rows].sort((a, b) => (a.task.id < b.task.id ? -1 : 1));
}

/** Tries until it holds; the last failure is thrown. */
async function eventually(holds: () => void): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    try {
      holds();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  holds();
}
