import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';

export const GARBAGE_TYPES = ['string', 'list', 'hash', 'set'] as const;
type GarbageType = (typeof GARBAGE_TYPES)[number];

const FILLER = 'filler';

/** Writes until not even 64 bytes have room. */
export async function fill(redis: Redis): Promise<void> {
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

/** Takes away what `fill` has written. */
export async function drain(redis: Redis): Promise<void> {
  const names = await redis.keys(`${FILLER}:*`);
  for (const name of names) await redis.del(name);
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
