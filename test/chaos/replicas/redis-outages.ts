import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';

const VALUE_TYPES = ['string', 'list', 'hash', 'set'] as const;

const FILLER = 'filler';
const BLOCK_BYTES = 1 << 20;
const BLOCKS = 64;

/** Fills it beyond its memory limit, so that every write fails. */
export async function fill(redis: Redis): Promise<void> {
  for (let count = 0; count < BLOCKS; count += 1)
    await redis.set(`${FILLER}:${count}`, randomBytes(BLOCK_BYTES));
  await redis.config('SET', 'maxmemory-policy', 'noeviction');
  await redis.config('SET', 'maxmemory', (BLOCKS * BLOCK_BYTES) / 2);
}

/** Removes what `fill` has written. */
export async function drain(redis: Redis): Promise<void> {
  for (let count = 0; count < BLOCKS; count += 1) await redis.del(`${FILLER}:${count}`);
}

/** Replaces the value of every key by random bytes in a value of another type, for each type that there is. */
export async function replaceAll(redis: Redis, pauseMs: number): Promise<void> {
  for (const type of VALUE_TYPES) {
    for (const name of await redis.keys('*')) await replace(redis, name, type);
    await sleep(pauseMs);
  }
}

async function replace(redis: Redis, name: string, type: (typeof VALUE_TYPES)[number]): Promise<void> {
  const bytes = randomBytes(40);
  const replaced = redis.multi().del(name);
  if (type === 'string') replaced.set(name, bytes);
  if (type === 'list') replaced.rpush(name, bytes, randomBytes(3));
  if (type === 'hash') replaced.hset(name, 'field', bytes);
  if (type === 'set') replaced.sadd(name, bytes);
  await replaced.exec();
}
