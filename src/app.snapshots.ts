import type { Config } from '@/config/config.js';
import type { Clock } from '@/model/clock.js';
import { InProcessStore } from '@/snapshots/in-process/in-process-store.js';
import { FallbackStore } from '@/snapshots/fallback/fallback-store.js';
import { RedisStore } from '@/snapshots/redis/redis-store.js';
import type { SnapshotStore } from '@/snapshots/snapshot-store.js';
import type { Metrics } from './platform/metrics/metrics.js';
import type { SharedRedis } from './app.redis.js';

/** Where snapshots are kept: shared through Redis while it can be used, else in this process. */
export function snapshotStore(
  { config, clock }: { readonly config: Config; readonly clock: Clock },
  redis: SharedRedis | null,
  metrics: Metrics,
): SnapshotStore {
  const keepForMs = Math.max(...config.sources.map((source) => source.keepForMs));
  const longestReadMs = Math.max(...config.sources.map(longestReadOf));
  const local = new InProcessStore(clock, keepForMs);
  if (redis === null) return local;
  const { link, signer, onDisbelief } = redis;
  const observer = {
    wrote: (bytes: number): void => {
      metrics.countTransfer('written', bytes);
    },
    read: (bytes: number): void => {
      metrics.countTransfer('read', bytes);
    },
  };
  return new FallbackStore({
    shared: new RedisStore({ link, signer, keepForMs, longestReadMs, clock, observer, onDisbelief }),
    local,
    onUp: (listener) => {
      link.onUp(listener);
    },
    onFault: (code) => {
      metrics.countStoreFault(code);
    },
  });
}

/** What `FeedSubject` allows a read, and some more for keeping what it brought. */
function longestReadOf({ timeoutMs }: Config['sources'][number]): number {
  return CALLS_IN_A_ROW * timeoutMs + 60_000;
}

const CALLS_IN_A_ROW = 30;
