import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IoredisLink } from '@/redis/ioredis-link.js';
import { SharedSecret } from '@/redis/shared-secret.js';
import { linkTo } from '../support/redis-link.js';
import { redisNamespace, type RedisNamespace } from '../support/redis.js';

describe('the secret that replicas share through Redis', () => {
  let namespace: RedisNamespace;
  let links: IoredisLink[];

  beforeEach(async () => {
    namespace = await redisNamespace();
    links = [1, 2, 3, 4].map(() => linkTo(namespace.url, { prefix: namespace.prefix }));
    await Promise.all(links.map((link) => link.ready(100_000)));
  });

  afterEach(async () => {
    await Promise.all(links.map((link) => link.close()));
    await namespace.stop();
  });

  async function agreed(link: IoredisLink): Promise<string> {
    const secret = new SharedSecret(link);
    await secret.agree();
    return Buffer.from(secret.value ?? []).toString('hex');
  }

  it('is the same for replicas that start at the same time, and for one that starts later', async () => {
    const together = await Promise.all(links.map(agreed));
    const later = linkTo(namespace.url, { prefix: namespace.prefix });
    links.push(later);
    await later.ready(100_000);
    expect(new Set([...together, await agreed(later)]).size).toBe(1);
    expect(together[0]).toHaveLength(64);
  });

  it('differs between gateways with different prefixes', async () => {
    const other = linkTo(namespace.url, { prefix: `${namespace.prefix}-other` });
    links.push(other);
    await other.ready(100_000);
    const [own] = await Promise.all(links.map(agreed));
    expect(await agreed(other)).not.toEqual(own);
  });

  it('is stored again in a Redis that has lost it, or has another value in its place', async () => {
    const [one, two] = links.map((link) => new SharedSecret(link));
    await one?.agree();
    const before = one?.value;
    for (const lost of [null, 'nonsense']) {
      const key = `${namespace.prefix}:1:page-token-secret`;
      await links[0]?.run(async (redis) => {
        await redis.del(key);
        if (lost !== null) await redis.set(key, lost);
      });
      await one?.agree();
      await two?.agree();
      expect([one?.value, two?.value]).toEqual([before, before]);
    }
  });

  it('is not known where no Redis listens', async () => {
    const absent = linkTo('redis://127.0.0.1:1');
    links.push(absent);
    const secret = new SharedSecret(absent);
    await secret.agree();
    expect(secret.value).toBeNull();
  });
});
