import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { TestRedis } from './redis.js';

/** A way in which a Redis goes wrong, and back. */
export interface Outage {
  readonly name: string;
  /** True where gateways cannot use Redis meanwhile. */
  readonly isOutage: boolean;
  readonly begin: (redis: TestRedis) => Promise<void> | void;
  readonly end: (redis: TestRedis) => Promise<void> | void;
}

/** What Redis may hold at most in these tests, so that it can be filled. */
export const BOUNDED = ['--maxmemory', '24mb', '--maxmemory-policy', 'noeviction'];

export const OUTAGES: readonly Outage[] = [
  {
    name: 'killed',
    isOutage: true,
    begin: (redis) => redis.kill(),
    end: (redis) => redis.start(),
  },
  {
    name: 'hung',
    isOutage: true,
    begin: (redis) => {
      redis.pause();
    },
    end: (redis) => {
      redis.resume();
    },
  },
  {
    name: 'filled to the brim by others',
    isOutage: true,
    begin: (redis) => redis.command(fill),
    end: (redis) => redis.command(drain),
  },
  {
    name: 'restarted empty',
    isOutage: false,
    begin: async (redis) => {
      await redis.kill();
      await redis.start();
    },
    end: () => undefined,
  },
  ...(['string', 'list', 'hash', 'set'] as const).map((type) => ({
    name: `all its values replaced by garbage of type ${type}`,
    isOutage: false,
    begin: (redis: TestRedis) => redis.command((own) => replaceAll(own, type)),
    end: () => undefined,
  })),
];

const FILLER = 'filler';

async function fill(redis: Redis): Promise<void> {
  for (const size of [1 << 20, 1 << 14, 1 << 10, 1 << 6]) {
    for (let count = 0; ; count += 1) {
      const isFull = await redis.set(`${FILLER}:${size}:${count}`, randomBytes(size)).then(
        () => false,
        () => true,
      );
      if (isFull) break;
    }
  }
}

async function drain(redis: Redis): Promise<void> {
  const names = await redis.keys(`${FILLER}:*`);
  for (const name of names) await redis.del(name);
}

async function replaceAll(redis: Redis, type: 'string' | 'list' | 'hash' | 'set'): Promise<void> {
  for (const name of await redis.keys('*')) {
    const garbage = randomBytes(40);
    const replaced = redis.multi().del(name);
    if (type === 'string') replaced.set(name, garbage);
    if (type === 'list') replaced.rpush(name, garbage, randomBytes(3));
    if (type === 'hash') replaced.hset(name, 'field', garbage);
    if (type === 'set') replaced.sadd(name, garbage);
    await replaced.exec();
  }
}
