import { afterEach, describe, expect, it } from 'vitest';
import { Cluster } from 'ioredis';
import { EVERY_RIGHT } from '../support/redis-rights.js';
import { startRedis, startRedisCluster, startSentinel, until } from '../support/redis.js';

let stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.map((stop) => stop()));
  stops = [];
});

describe('the servers of the tests', () => {
  it('start again on the same port, empty', async () => {
    const redis = await startRedis([], EVERY_RIGHT);
    stops.push(() => redis.stop());
    await redis.command((own) => own.set('a', '1'));
    await redis.kill();
    await redis.start();
    expect(await redis.command((own) => own.get('a'))).toBeNull();
  });

  it('form a cluster that stores every key', async () => {
    const cluster = await startRedisCluster(EVERY_RIGHT);
    stops.push(cluster.stop);
    const client = new Cluster(cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port })));
    const keys = Array.from({ length: 50 }, (_, index) => `key-${index}`);
    for (const key of keys) await client.set(key, key);
    expect(await Promise.all(keys.map((key) => client.get(key)))).toEqual(keys);
    client.disconnect();
  });

  it('fail over from a master to its replica', async () => {
    const sentinel = await startSentinel();
    stops.push(sentinel.stop);
    await sentinel.master.kill();
    await until(async () => {
      const role = await sentinel.replica.command((redis) => redis.role());
      return role[0] === 'master';
    });
  });
});
