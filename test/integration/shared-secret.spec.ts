import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseRedisAddress, type RedisAddress } from '@/model/redis-address.js';
import { sharedSecret } from '@/snapshots/shared-secret.js';
import { startRedis, type TestRedis } from '../support/redis.js';

function address(url: string): RedisAddress {
  const parsed = parseRedisAddress(url);
  if (parsed === null) throw new Error(url);
  return parsed;
}

describe('the secret that replicas share through Redis', () => {
  let redis: TestRedis;

  beforeAll(async () => {
    redis = await startRedis();
  });

  afterAll(async () => {
    await redis.stop();
  });

  it('is the same for replicas that start at the same time, and for one that starts later', async () => {
    const together = await Promise.all([1, 2, 3, 4].map(() => sharedSecret(address(redis.url))));
    const later = await sharedSecret(address(redis.url));
    expect(new Set([...together, later].map((secret) => Buffer.from(secret).toString('hex'))).size).toBe(1);
    expect(later).toHaveLength(32);
  });

  it('is refused at once where no Redis listens', async () => {
    await expect(sharedSecret(address('redis://127.0.0.1:1'))).rejects.toThrow();
  });
});
