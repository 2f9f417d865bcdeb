import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RequestLimiter } from '@/access/request-limiter.js';
import { RedisCounters } from '@/redis/redis-counters.js';
import type { IoredisLink } from '@/redis/ioredis-link.js';
import { linkTo } from '../support/redis-link.js';
import { startRedis, until, type TestRedis } from '../support/redis.js';

const HOUR_MS = 3_600_000;
const RATE = { calls: 2, perMs: HOUR_MS };

let redis: TestRedis;
let links: IoredisLink[];
beforeAll(async () => {
  redis = await startRedis();
});
beforeEach(async () => {
  links = [1, 2].map(() => linkTo(redis.url));
  await Promise.all(links.map((link) => link.ready(100_000)));
});
afterEach(async () => {
  await Promise.all(links.map((link) => link.close()));
  await redis.command((commands) => commands.flushall());
});
afterAll(() => redis.stop());

const counters = (): RedisCounters[] => links.map((link) => new RedisCounters(link));
const limiters = (): RequestLimiter[] => counters().map((each) => new RequestLimiter(each));

/** Names of the keys in Redis that are not those of probes. */
const keysInRedis = async (): Promise<string[]> =>
  (await redis.command((commands) => commands.keys('*'))).filter((key) => key.includes(':requests:'));

describe('counters in Redis', () => {
  it('count over all replicas, in a window that begins with the first', async () => {
    const [one, other] = counters();
    expect(await one?.add('a', HOUR_MS)).toEqual([1, HOUR_MS]);
    const [count = 0, leftMs = 0] = (await other?.add('a', HOUR_MS)) ?? [];
    expect(count).toBe(2);
    expect(leftMs).toBeLessThanOrEqual(HOUR_MS);
    expect((await other?.add('b', HOUR_MS))?.[0]).toBe(1);
  });

  it('begin anew when the window is over', async () => {
    const [one] = counters();
    await one?.add('a', 1000);
    await until(async () => (await keysInRedis()).length === 0);
    expect((await one?.add('a', 1000))?.[0]).toBe(1);
  });

  it('leave neither names nor addresses in Redis', async () => {
    await counters()[0]?.add('address:192.0.2.7', HOUR_MS);
    const keys = await keysInRedis();
    expect(keys).toHaveLength(1);
    expect(keys.join()).not.toContain('192');
  });

  it.each([
    ['a list', (key: string) => redis.command((commands) => commands.lpush(key, 'x'))],
    ['a text', (key: string) => redis.command((commands) => commands.set(key, 'x', 'PX', HOUR_MS))],
    ['a count that never ends', (key: string) => redis.command((commands) => commands.set(key, 99))],
    [
      'a count that ends too late',
      (key: string) => redis.command((commands) => commands.set(key, 99, 'PX', HOUR_MS * 9)),
    ],
  ])('begin anew over %s', async (_name, put) => {
    const [one] = counters();
    await one?.add('a', HOUR_MS);
    const [key = ''] = await keysInRedis();
    await redis.command((commands) => commands.del(key));
    await put(key);
    expect(await one?.add('a', HOUR_MS)).toEqual([1, HOUR_MS]);
  });
});

describe('limits of requests over replicas', () => {
  it('are held together, and by each replica alone while Redis is away', async () => {
    const [one, other] = limiters();
    const statusOf = async (limiter?: RequestLimiter): Promise<number | undefined> =>
      (await limiter?.take('key:grafana', RATE))?.refusal?.answer.status;
    expect([await statusOf(one), await statusOf(other), await statusOf(one)]).toEqual([
      undefined,
      undefined,
      429,
    ]);
    await Promise.all(links.map((link) => link.close()));
    expect([await statusOf(one), await statusOf(one), await statusOf(one)]).toEqual([
      undefined,
      undefined,
      429,
    ]);
    expect(await statusOf(other)).toBeUndefined();
  });
});
