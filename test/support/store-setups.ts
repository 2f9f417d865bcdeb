import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { RedisLink } from '@/redis/redis-link.js';
import { FallbackStore } from '@/snapshots/fallback/fallback-store.js';
import { InProcessStore } from '@/snapshots/in-process/in-process-store.js';
import { RedisStore } from '@/snapshots/redis/redis-store.js';
import { InProcessState } from '@/snapshots/in-process/in-process-state.js';
import type { SnapshotStore } from '@/snapshots/snapshot-store.js';
import { clockOf } from './clock.js';
import { PlainLink } from './plain-link.js';
import { linkTo } from './redis-link.js';
import { ADMIN } from './redis-rights.js';
import { startRedis, startRedisCluster, until } from './redis.js';

/** One replica's store. */
export interface StoreReplica {
  readonly store: SnapshotStore;
  /** The replica dies without releasing anything. */
  readonly die: () => void;
}

/** A kind of store that replicas share. */
export interface StoreSetup {
  readonly replica: () => Promise<StoreReplica>;
  /** Deletes a lease without its holder knowing. */
  readonly breakLease: (name: string) => Promise<void>;
  /** Lets a lease that is not renewed run out now. */
  readonly runOut: (name: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export const STORE_SETUPS: Readonly<Record<string, () => Promise<StoreSetup>>> = {
  InProcessStore: () => Promise.resolve(inProcessSetup()),
  'RedisStore on one server': () => redisSetup(),
  'RedisStore on a Cluster': () => clusterSetup(),
  'FallbackStore over InProcessStore': () => Promise.resolve(withFallback(inProcessSetup())),
  'FallbackStore over RedisStore on one server': async () => withFallback(await redisSetup()),
  'FallbackStore over RedisStore on a Cluster': async () => withFallback(await clusterSetup()),
};

function inProcessSetup(): StoreSetup {
  let nowMs = 1_000_000;
  const shelf = new InProcessState(
    clockOf(() => nowMs),
    Infinity,
  );
  return {
    replica: () =>
      Promise.resolve({ store: new InProcessStore(undefined, undefined, shelf), die: () => undefined }),
    breakLease: (name) => {
      shelf.slot(name).lease = null;
      return Promise.resolve();
    },
    runOut: () => {
      nowMs += 3_001;
      return Promise.resolve();
    },
    stop: () => Promise.resolve(),
  };
}

function withFallback(setup: StoreSetup): StoreSetup {
  return {
    ...setup,
    replica: async () => {
      const { store: shared, die } = await setup.replica();
      const store = new FallbackStore({ shared, local: new InProcessStore(), onUp: () => undefined });
      return { store, die };
    },
  };
}

/** No earlier than what the tests call now, so that nothing of theirs is of the future. */
const LATE = clockOf(() => Math.max(Date.now(), 1_800_000_000_000));

/** A setup on a Redis, with a way to its keys. */
export interface RedisSetup extends StoreSetup {
  readonly url: string;
  readonly prefix: string;
  readonly command: <T>(work: (redis: Redis) => Promise<T>) => Promise<T>;
}

export async function redisSetup(): Promise<RedisSetup> {
  const server = await startRedis();
  return setupOn(server.url, () => server.stop());
}

async function clusterSetup(): Promise<StoreSetup> {
  const cluster = await startRedisCluster();
  return setupOn(cluster.url, () => cluster.stop());
}

async function setupOn(url: string, stop: () => Promise<void>): Promise<RedisSetup> {
  const prefix = `test-${randomUUID()}`;
  const links: RedisLink[] = [];
  const link = await PlainLink.to(url, prefix, ADMIN);
  const command = <T>(work: (redis: Redis) => Promise<T>): Promise<T> =>
    link.run((redis) => work(redis as Redis));
  const leaseOf = (name: string): string => `${prefix}:2:{${name}}:lease`;
  return {
    ...{ url, prefix, command },
    replica: async () => {
      const own = linkTo(url, { prefix });
      links.push(own);
      const store = new RedisStore({ link: own, keepForMs: 3_600_000, clock: LATE });
      // Subscriptions made before the link is up are in force once it is.
      store.onStoreEvent(() => undefined);
      await own.ready(100_000);
      return { store, die: () => void own.close() };
    },
    breakLease: async (name) => {
      await command((redis) => redis.del(leaseOf(name)));
    },
    runOut: async (name) => {
      await command((redis) => redis.pexpire(leaseOf(name), 1));
      await until(async () => (await command((redis) => redis.exists(leaseOf(name)))) === 0);
    },
    stop: async () => {
      await Promise.all([...links, link].map((each) => each.close()));
      await stop();
    },
  };
}
