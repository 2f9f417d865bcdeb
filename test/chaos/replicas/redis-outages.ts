import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';

const GARBAGE_TYPES = ['string', 'list', 'hash', 'set'] as const;

const FILLER = 'filler';
const BLOCK_BYTES = 1 << 20;
const BLOCKS = 64;

/** Others have filled it, beyond what it may hold: no write has room. */
export async function fill(redis: Redis): Promise<void> {
  for (let count = 0; count < BLOCKS; count += 1)
    await redis.set(`${FILLER}:${count}`, randomBytes(BLOCK_BYTES));
  await redis.config('SET', 'maxmemory-policy', 'noeviction');
  await redis.config('SET', 'maxmemory', (BLOCKS * BLOCK_BYTES) / 2);
}

/** Takes away what `fill` has written. */
export async function drain(redis: Redis): Promise<void> {
  for (let count = 0; count < BLOCKS; count += 1) await redis.del(`${FILLER}:${count}`);
}

/** Replaces the value of every key by random bytes in a value of another type, for each type that there is. */
export async function replaceAll(redis: Redis, pauseMs: number): Promise<void> {
  for (const type of GARBAGE_TYPES) {
    for (const name of await redis.keys('*')) await replace(redis, name, type);
    await sleep(pauseMs);
  }
}

async function replace(redis: Redis, name: string, type: (typeof GARBAGE_TYPES)[number]): Promise<void> {
  const garbage = randomBytes(40);
  const replaced = redis.multi().del(name);
  if (type === 'string') replaced.set(name, garbage);
  if (type === 'list') replaced.rpush(name, garbage, randomBytes(3));
  if (type === 'hash') replaced.hset(name, 'field', garbage);
  if (type === 'set') replaced.sadd(name, garbage);
  await replaced.exec();
}
