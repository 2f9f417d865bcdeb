import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SYSTEM_CLOCK } from '@/model/clock.js';
import type { LimitedSource } from '@/model/shared-limits.js';
import type { IoredisLink } from '@/redis/ioredis-link.js';
import { RedisLimits } from '@/redis/redis-limits.js';
import { CallLimits } from '@/upstream/limits/call-limits.js';
import { AMPLE, linkTo, SCANT } from '../support/redis-link.js';
import { startRedis, startRedisCluster, until, type TestRedis } from '../support/redis.js';

const OPEN = new AbortController().signal;
const SOURCE: LimitedSource = {
  id: 'backups',
  endpoint: 'https://cbr.example',
  concurrency: 3,
  rate: { calls: 10, perMs: 3_600_000 },
  timeoutMs: 10_000,
};

let redis: TestRedis;
let links: IoredisLink[];
beforeAll(async () => {
  redis = await startRedis();
});
beforeEach(async () => {
  links = await openLinks(redis.url);
});
afterEach(async () => {
  await Promise.all(links.map((link) => link.close()));
  await redis.command((commands) => commands.flushall());
});
afterAll(() => redis.stop());

/** One for each of three replicas. */
async function openLinks(url: string, bounds = AMPLE): Promise<IoredisLink[]> {
  const opened = [1, 2, 3].map(() => linkTo(url, { bounds }));
  await Promise.all(opened.map((link) => link.ready(100_000)));
  return opened;
}

function replicas(source: LimitedSource = SOURCE): CallLimits[] {
  return links.map(
    (link) => new CallLimits({ source, shared: new RedisLimits(link, SYSTEM_CLOCK), clock: SYSTEM_CLOCK }),
  );
}

/** Calls at once, over all who call through it. */
class Upstream {
  most = 0;
  #now = 0;

  readonly call = async (): Promise<void> => {
    this.#now += 1;
    this.most = Math.max(this.most, this.#now);
    await new Promise((resolve) => setTimeout(resolve, 10));
    this.#now -= 1;
  };
}

async function callOften(limits: readonly CallLimits[], upstream: Upstream, times: number): Promise<void> {
  await Promise.all(
    limits.flatMap((each) =>
      Array.from({ length: times }, () => each.run(OPEN, () => each.call(OPEN, upstream.call))),
    ),
  );
}

/** Makes the calls of all windows as old as they would be after that many milliseconds. */
async function age(ms: number): Promise<void> {
  await redis.command(async (commands) => {
    for (const key of await commands.keys('*:window:*')) {
      for (const call of await commands.zrange(key, '0', '-1')) await commands.zincrby(key, -ms, call);
    }
  });
}

async function places(): Promise<number> {
  const counts = await redis.command(async (commands) => {
    const keys = await commands.keys('*:places');
    return Promise.all(keys.map((key) => commands.zcard(key)));
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

/** True when the budget lets one more call go. */
async function maySpend(limits: CallLimits): Promise<boolean> {
  const controller = new AbortController();
  const spent = limits.spend(controller.signal).then(
    () => true,
    () => false,
  );
  const budget = await limits.budget();
  if (budget?.remaining === 0)
    setTimeout(() => {
      controller.abort();
    }, 200);
  return spent;
}

describe('the concurrency of a source', () => {
  it('holds over all replicas, and is used in full', async () => {
    const upstream = new Upstream();
    await callOften(replicas(), upstream, 20);
    expect(upstream.most).toBe(3);
    await until(async () => (await places()) === 0);
  });

  it('holds in a Redis Cluster', async () => {
    const cluster = await startRedisCluster();
    try {
      await Promise.all(links.map((link) => link.close()));
      links = await openLinks(cluster.url);
      const upstream = new Upstream();
      await callOften(replicas(), upstream, 10);
      expect(upstream.most).toBe(3);
      expect(await replicas()[0]?.budget()).toMatchObject({ remaining: 10 });
    } finally {
      await cluster.stop();
    }
  });

  it('is released by calls that fail', async () => {
    const [limits] = replicas({ ...SOURCE, concurrency: 1 });
    await expect(limits?.call(OPEN, () => Promise.reject(new Error('text')))).rejects.toThrow('text');
    expect(await limits?.call(OPEN, () => Promise.resolve('next'))).toBe('next');
  });

  it('releases a call that waits for a slot when its signal is aborted', async () => {
    const [first, second] = replicas({ ...SOURCE, concurrency: 1 });
    let end = (): void => undefined;
    const held = first?.call(OPEN, () => new Promise<void>((resolve) => (end = resolve)));
    await until(async () => (await places()) === 1);
    const controller = new AbortController();
    const waiting = second?.call(controller.signal, () => Promise.resolve('called'));
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ reason: 'TIMEOUT' });
    end();
    await held;
    await until(async () => (await places()) === 0);
  });

  it('is released in time after a replica has died', async () => {
    // A lease ends five seconds after the longest call: one second from now.
    const [first, second] = replicas({ ...SOURCE, concurrency: 1, timeoutMs: -4_000 });
    void first?.call(OPEN, () => new Promise(() => undefined));
    await until(async () => (await places()) === 1);
    expect(await second?.call(OPEN, () => Promise.resolve('called'))).toBe('called');
  });

  it('is not shared by sources of one name that call different systems', async () => {
    const [one] = replicas({ ...SOURCE, concurrency: 1 });
    const [other] = replicas({ ...SOURCE, concurrency: 1, endpoint: 'https://other.example' });
    const both = await one?.call(
      OPEN,
      () => other?.call(OPEN, () => Promise.resolve('both')) ?? Promise.resolve(''),
    );
    expect(both).toBe('both');
  });
});

describe('the rate of a source', () => {
  it('holds exactly over all replicas', async () => {
    const limits = replicas();
    const [first, second] = limits;
    const spent = await Promise.all(limits.flatMap((each) => [1, 2, 3].map(() => maySpend(each))));
    expect(spent).toEqual(spent.map(() => true));
    for (const each of limits) expect(await each.budget()).toMatchObject({ calls: 10, remaining: 1 });
    expect(first && (await maySpend(first))).toBe(true);
    expect(second && (await maySpend(second))).toBe(false);
    for (const each of limits) expect((await each.budget())?.remaining).toBe(0);
  });

  it('holds around a boundary, because the window slides', async () => {
    const [first, second] = replicas();
    if (first === undefined || second === undefined) throw new Error('no replicas');
    await first.spend(OPEN);
    await age(59 * 60_000);
    for (let call = 0; call < 9; call += 1) await second.spend(OPEN);
    expect(await first.budget()).toMatchObject({ remaining: 0 });
    await age(2 * 60_000);
    expect(await maySpend(first)).toBe(true);
    expect(await maySpend(second)).toBe(false);
  });

  it('allows one more call when the oldest leaves the window', async () => {
    const [limits] = replicas({ ...SOURCE, rate: { calls: 1, perMs: 200 } });
    const startedMs = performance.now();
    await limits?.spend(OPEN);
    await limits?.spend(OPEN);
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(200);
  });
});

describe('a value that the gateway has not written as a limit', () => {
  /** Puts something else in the place of every key there is. */
  async function spoil(put: (key: string) => readonly [string, ...string[]]): Promise<void> {
    await redis.command(async (commands) => {
      for (const key of await commands.keys('*:limits:*')) {
        await commands.del(key);
        const [command, ...values] = put(key);
        await commands.call(command, key, ...values);
      }
    });
  }

  it.each<[string, readonly [string, ...string[]]]>([
    ['a text', ['SET', 'nonsense']],
    ['a large number', ['SET', '999999999']],
    ['a list', ['RPUSH', 'a', 'b']],
    ['places that never end', ['ZADD', '9999999999999999', 'a', '9999999999999998', 'b', '1e18', 'c']],
  ])('is removed when it is found: %s', async (_, content) => {
    const [limits] = replicas();
    await limits?.call(OPEN, async () => {
      await limits.spend(OPEN);
      await spoil(() => content);
    });
    await spoil(() => content);
    expect(await limits?.call(OPEN, () => limits.spend(OPEN).then(() => 'called'))).toBe('called');
    const upstream = new Upstream();
    await callOften(replicas(), upstream, 10);
    expect(upstream.most).toBe(3);
    expect((await limits?.budget())?.remaining).toBe(9);
  });
});

describe('without Redis', () => {
  it.each(['hung', 'killed'])('each replica keeps to its own limits while it is %s', async (way) => {
    await Promise.all(links.map((link) => link.close()));
    links = await openLinks(redis.url, SCANT);
    const limits = replicas();
    await limits[0]?.spend(OPEN);
    if (way === 'killed') await redis.kill();
    else redis.pause();
    const upstream = new Upstream();
    await callOften(limits, upstream, 6);
    expect(upstream.most).toBeGreaterThan(3);
    expect(upstream.most).toBeLessThanOrEqual(9);
    expect((await limits[0]?.budget())?.remaining).toBe(9);
    expect((await limits[1]?.budget())?.remaining).toBe(10);
    redis.resume();
    if (redis.isAway) await redis.start();
  });
});
