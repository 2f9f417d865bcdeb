import type { Config } from '@/config/config.js';
import type { Clock } from '@/model/clock.js';
import { InProcessStore } from '@/snapshots/in-process/in-process-store.js';
import { FallbackStore } from '@/snapshots/fallback/fallback-store.js';
import { RedisStore } from '@/snapshots/redis/redis-store.js';
import type { SnapshotStore } from '@/snapshots/snapshot-store.js';
import type { Metrics } from './platform/metrics/metrics.js';
import type { RedisLink } from './redis/redis-link.js';

/** Where snapshots are kept: shared through Redis while it can be used, else in this process. */
export function snapshotStore(
  { config, clock }: { readonly config: Config; readonly clock: Clock },
  link: RedisLink | null,
  metrics: Metrics,
): SnapshotStore {
  const keepForMs = Math.max(...config.sources.map((source) => source.keepForMs));
  const local = new InProcessStore(clock, keepForMs);
  if (link === null) return local;
  const observer = {
    wrote: (bytes: number): void => {
      metrics.countTransfer('written', bytes);
    },
    read: (bytes: number): void => {
      metrics.countTransfer('read', bytes);
    },
  };
  return new FallbackStore({
    shared: new RedisStore({ link, keepForMs, observer }),
    local,
    onUp: (listener) => {
      link.onUp(listener);
    },
    onFault: (code) => {
      metrics.countStoreFault(code);
    },
  });
}
