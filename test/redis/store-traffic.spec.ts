import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisStore } from '@/snapshots/redis/redis-store.js';
import type { Entry, SnapshotStore } from '@/snapshots/snapshot-store.js';
import { PlainLink } from '../support/plain-link.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { rowOf, rowsOf } from '../support/rows.js';

const ROWS = 20_000;
const NAME = 'sources/s/feeds/f';

/** What went in and out: as the stores count it, and as Redis does. */
interface Traffic {
  readonly wrote: number;
  readonly read: number;
  readonly redisIn: number;
  readonly redisOut: number;
}

describe('the traffic for a large feed of which little changes', () => {
  let redis: TestRedis;
  const links: PlainLink[] = [];
  const counted = { wrote: 0, read: 0 };

  beforeAll(async () => {
    redis = await startRedis();
  });

  afterAll(async () => {
    await Promise.all(links.map((link) => link.close()));
    await redis.stop();
  });

  async function replica(prefix: string): Promise<SnapshotStore> {
    const link = await PlainLink.to(redis.url, prefix);
    links.push(link);
    const observer = {
      wrote: (bytes: number) => (counted.wrote += bytes),
      read: (bytes: number) => (counted.read += bytes),
    };
    return new RedisStore({ link, keepForMs: 3_600_000, observer });
  }

  async function measured(work: () => Promise<void>): Promise<Traffic> {
    const [before, countedBefore] = [await redisBytes(), { ...counted }];
    await work();
    const after = await redisBytes();
    return {
      ...{ wrote: counted.wrote - countedBefore.wrote, read: counted.read - countedBefore.read },
      ...{ redisIn: after.in - before.in, redisOut: after.out - before.out },
    };
  }

  async function redisBytes(): Promise<{ in: number; out: number }> {
    const info = await redis.command((commands) => commands.info('stats'));
    const figure = (name: string): number => Number(new RegExp(`${name}:(\\d+)`).exec(info)?.[1]);
    return { in: figure('total_net_input_bytes'), out: figure('total_net_output_bytes') };
  }

  async function keep(store: SnapshotStore, rows: Entry['rows'], base: Entry | null): Promise<Entry> {
    const claim = await store.claim(NAME, { held: base?.version ?? null, nowMs: Date.now() });
    if (claim.outcome !== 'granted') throw new Error(claim.outcome);
    const entry = await claim.lease.keep({ head: { coveredSince: null }, rows }, base);
    if (entry === null) throw new Error('the lease was lost');
    return entry;
  }

  it('is at most 1 % of the feed, in both directions', async () => {
    const prefix = `test-${randomUUID()}`;
    const [writer, reader] = [await replica(prefix), await replica(prefix)];
    const rows = rowsOf(ROWS);
    const changed = rows.map((row, number) => (number % (ROWS / 2) === 0 ? rowOf(number, 'FAILED') : row));
    let base: Entry | null = null;
    let held: Entry | null = null;
    const whole = await measured(async () => {
      base = await keep(writer, rows, null);
    });
    await measured(async () => {
      held = await reader.load(NAME, null);
    });
    const write = await measured(async () => {
      base = await keep(writer, changed, base);
    });
    const read = await measured(async () => {
      held = await reader.load(NAME, held);
    });
    expect(held).toMatchObject({ version: (base as Entry | null)?.version });
    expect(write.redisIn).toBeLessThan(whole.redisIn / 100);
    expect(read.redisOut).toBeLessThan(whole.redisIn / 100);
    expect(write.wrote).toBeLessThan(whole.wrote / 100);
    expect(read.read).toBeLessThan(whole.wrote / 100);
  });
});
