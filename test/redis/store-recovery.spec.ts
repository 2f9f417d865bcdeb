import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RedisStore } from '@/snapshots/redis/redis-store.js';
import type { Claim, Entry, Lease, StoreEvent, SnapshotStore } from '@/snapshots/snapshot-store.js';
import { PlainLink } from '../support/plain-link.js';
import { rowOf, rowsOf } from '../support/rows.js';
import { redisSetup, type RedisSetup } from '../support/store-setups.js';

const KEYS = ['lease', 'fence', 'backoff', 'entry', 'segments'] as const;
const TEXTS = ['', 'garbage', '-1', '99999999999999999999', '1e300', 'a:b', '1 2 3 NONSENSE', '\0\xff'];

describe('RedisStore with values that it has not written', () => {
  let setup: RedisSetup;
  let store: SnapshotStore;
  let other: SnapshotStore;
  let link: PlainLink;
  let name: string;

  beforeAll(async () => {
    setup = await redisSetup();
    link = await PlainLink.to(setup.url, setup.prefix);
    store = new RedisStore({ link, keepForMs: 60_000 });
    other = (await setup.replica()).store;
  });

  afterAll(async () => {
    await link.close();
    await setup.stop();
  });

  beforeEach(() => {
    name = randomUUID();
  });

  const keyOf = (key: (typeof KEYS)[number]): string => `${setup.prefix}:2:{${name}}:${key}`;

  async function claimOf(by: SnapshotStore, held: number | null): Promise<Lease> {
    const claim: Claim = await by.claim(name, { held, nowMs: Date.now() });
    if (claim.outcome !== 'granted') throw new Error(`not granted: ${claim.outcome}`);
    return claim.lease;
  }

  async function keepRows(count: number, base: Entry | null = null): Promise<Entry> {
    const lease = await claimOf(store, base?.version ?? null);
    const entry = await lease.keep({ head: { count }, rows: rowsOf(count) }, base);
    if (entry === null) throw new Error('the lease was lost');
    return entry;
  }

  /** Nothing is served, and the next read is served to all again. */
  async function heals(base: Entry | null): Promise<void> {
    await expect(other.load(name, null)).resolves.toBeNull();
    await keepRows(100, base);
    await expect(other.load(name, null)).resolves.toMatchObject({ head: { count: 100 } });
  }

  it.each(KEYS)('recovers when every value of %s is replaced by text', async (key) => {
    for (const text of TEXTS) {
      name = randomUUID();
      await setup.command((redis) => redis.set(keyOf(key), text));
      await heals(null);
    }
  });

  it.each(KEYS)('recovers when %s has another type', async (key) => {
    for (const damage of ['list', 'set', 'stream'] as const) {
      name = randomUUID();
      const base = await keepRows(100);
      await setup.command(async (redis) => {
        await redis.del(keyOf(key));
        if (damage === 'list') await redis.lpush(keyOf(key), 'x');
        if (damage === 'set') await redis.sadd(keyOf(key), 'x');
        if (damage === 'stream') await redis.xadd(keyOf(key), '*', 'x', 'y');
      });
      await other.load(name, null);
      const next = await keepRows(101, base);
      await expect(other.load(name, null)).resolves.toMatchObject({ version: next.version });
    }
  });

  it('recovers when a manifest cannot be read, or has another version', async () => {
    for (const fields of [
      { manifest: 'garbage' },
      { manifest: '' },
      { version: '8000000000000000' },
      { version: 'x' },
    ]) {
      name = randomUUID();
      const base = await keepRows(100);
      await setup.command((redis) => redis.hset(keyOf('entry'), fields));
      await heals(base);
    }
  });

  it('recovers when a segment is damaged or missing, whatever entry the writer has', async () => {
    for (const damage of ['damaged', 'gone']) {
      name = randomUUID();
      const base = await keepRows(100);
      await setup.command(async (redis) => {
        const [digest = Buffer.alloc(0)] = await redis.hkeysBuffer(keyOf('segments'));
        if (damage === 'gone') await redis.hdel(keyOf('segments'), digest);
        else await redis.hset(keyOf('segments'), digest, 'garbage');
      });
      await heals(base);
    }
  });

  it('loads nothing older after everything was removed, and continues from the entry in memory', async () => {
    const base = await keepRows(50);
    await setup.command((redis) => redis.flushall());
    await expect(store.load(name, base)).resolves.toBeNull();
    const lease = await store.claim(name, { held: base.version, nowMs: 5 });
    expect(lease).toMatchObject({ outcome: 'granted', lease: { version: base.version + 1 } });
  });

  it('works after the scripts were removed', async () => {
    await keepRows(5);
    await setup.command((redis) => redis.script('FLUSH'));
    await expect(other.load(name, null)).resolves.toMatchObject({ head: { count: 5 } });
  });

  it('gives every key a time to live', async () => {
    await (await claimOf(store, null)).giveUp({ ...BACKOFF, failedAtMs: 1, notBeforeMs: 2 });
    await claimOf(store, null);
    await store.offer(name, { version: Date.now() + 1_000, head: null, rows: rowsOf(3) });
    const lives = await setup.command((redis) => Promise.all(KEYS.map((key) => redis.pttl(keyOf(key)))));
    for (const life of lives) expect(life).toBeGreaterThan(0);
  });

  it('removes segments that no entry needs', async () => {
    const base = await keepRows(2_000);
    await keepRows(40, base);
    await expect(setup.command((redis) => redis.hlen(keyOf('segments')))).resolves.toBeLessThan(4);
  });

  it('does not block itself when the answer to a claim was lost', async () => {
    link.loseAnswers(1);
    await expect(claimOf(store, null)).rejects.toThrow();
    await expect(other.claim(name, { held: null, nowMs: 1 })).resolves.toMatchObject({ outcome: 'busy' });
    await expect(claimOf(store, null)).resolves.toBeDefined();
  });

  it('releases a lease whose grant was lost once the link is up', async () => {
    link.loseAnswers(1);
    await expect(claimOf(store, null)).rejects.toThrow();
    link.restore();
    let claim: Claim;
    do claim = await other.claim(name, { held: null, nowMs: 1 });
    while (claim.outcome === 'busy' && claim.forMs > 1_000);
    expect(claim.outcome).toBe('granted');
  });

  it('gives readers complete entries only, even while they are replaced', async () => {
    let base: Entry | null = await keepRows(1);
    let held: Entry | null = null;
    const writer = { isDone: false };
    const writing = (async () => {
      for (let round = 1; round <= 15; round++) {
        const lease = await claimOf(store, base?.version ?? null);
        const rows = Array.from({ length: 300 }, (_, number) =>
          rowOf(number, round % 2 ? 'FAILED' : 'RUNNING'),
        );
        base = await lease.keep({ head: round, rows }, base);
      }
      writer.isDone = true;
    })();
    while (!writer.isDone) {
      const next = await other.load(name, held);
      held = next ?? held;
      expect(new Set(next?.rows.map(({ task }) => task.status)).size).toBeLessThan(2);
    }
    await writing;
    await expect(other.load(name, held).then((last) => last ?? held)).resolves.toMatchObject({ head: 15 });
  });

  it('ignores messages that no replica has sent', async () => {
    const events: StoreEvent[] = [];
    store.onStoreEvent((event) => events.push(event));
    await link.subscribed();
    const messages = [
      '',
      'garbage',
      '{}',
      '[]',
      'null',
      '{"name":7,"version":1}',
      '{"name":"x","backoff":{}}',
    ];
    await setup.command(async (redis) => {
      for (const message of [...messages, '{"from":"x","name":"last","version":1}']) {
        await redis.publish(`${setup.prefix}:2:news`, message);
      }
    });
    while (events.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(events).toEqual([{ name: 'last', version: 1 }]);
  });
});

const BACKOFF = { reason: 'TIMEOUT', diagnosis: null, failuresInARow: 1 } as const;
