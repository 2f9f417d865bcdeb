import { longestReadMs } from '@/collection/feed-resource.js';
import type { Config } from '@/config/config.js';
import type { Clock } from '@/model/clock.js';
import { InProcessStore } from '@/snapshots/in-process/in-process-store.js';
import { FallbackStore } from '@/snapshots/fallback/fallback-store.js';
import { RedisStore } from '@/snapshots/redis/redis-store.js';
import type { SnapshotStore } from '@/snapshots/snapshot-store.js';
import type { SharedRedis } from './app.redis.js';

/** Where snapshots are kept: shared through Redis while it can be used, else in this process. */
export function snapshotStore(
  { config, clock }: { readonly config: Config; readonly clock: Clock },
  redis: SharedRedis | null,
): SnapshotStore {
  const keepForMs = Math.max(...config.sources.map((source) => source.keepForMs));
  const longestLeaseMs = Math.max(...config.sources.map(longestReadMs)) + KEEPING_MS;
  const local = new InProcessStore(clock, keepForMs);
  if (redis === null) return local;
  const { link, signer, metrics, onRejected } = redis;
  const observer = {
    wrote: (bytes: number): void => {
      metrics.countTransfer('written', bytes);
    },
    read: (bytes: number): void => {
      metrics.countTransfer('read', bytes);
    },
  };
  return new FallbackStore({
    shared: new RedisStore({
      link,
      signer,
      keepForMs,
      longestReadMs: longestLeaseMs,
      clock,
      observer,
      onRejected,
    }),
    local,
    onUp: (listener) => {
      link.onUp(listener);
    },
    onFault: (code) => {
      metrics.countStoreFault(code);
    },
  });
}

/** For keeping what a read has brought. */
const KEEPING_MS = 60_000;
