import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';

export const GARBAGE_TYPES = ['string', 'list', 'hash', 'set'] as const;
type GarbageType = (typeof GARBAGE_TYPES)[number];

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

/** Replaces the value of every key by random bytes in a value of a type. */
export async function replaceAll(redis: Redis, type: GarbageType): Promise<void> {
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
