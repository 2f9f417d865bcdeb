import { Module, type DynamicModule } from '@nestjs/common';
import { Collection } from '@/collection/collection.js';
import { NewsDesk } from '@/collection/news-desk.js';
import { ReadRunner } from '@/collection/read-runner.js';
import { Revisions } from '@/collection/revisions.js';
import type { Config } from '@/config/config.js';
import { pageTokenKey } from '@/config/page-token-key.js';
import { CLOCK, type Clock } from '@/model/clock.js';
import { FeedCollection } from '@/model/collection.js';
import { PROVIDERS, type Provider } from '@/model/provider.js';
import { LOGGER, type Log } from '@/platform/logging/logger.js';
import { Metrics } from '@/platform/metrics/metrics.js';
import { PlatformModule } from '@/platform/platform.module.js';
import { ProvidersModule } from '@/providers/providers.module.js';
import { InProcessStore } from '@/snapshots/in-process-store.js';
import { sharedSecret } from '@/snapshots/shared-secret.js';
import { SourcesModule } from '@/sources/sources.module.js';
import { PAGE_TOKEN_KEY } from '@/tasks/task-lister.js';
import { TasksModule } from '@/tasks/tasks.module.js';
import { UpstreamObserver, type FinishedCall } from '@/upstream/upstream-observer.js';

/** What a gateway is made from. */
export interface Ground {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
}

/** The composition root: the only place where the answer side and the question side meet. */
@Module({})
export class AppModule {
  static on(ground: Ground): DynamicModule {
    const metrics = new Metrics();
    const shared = [
      { provide: LOGGER, useValue: ground.log },
      { provide: CLOCK, useValue: ground.clock },
      { provide: PAGE_TOKEN_KEY, useFactory: () => tokenKey(ground) },
      { provide: Metrics, useValue: metrics },
      { provide: UpstreamObserver, useValue: { callFinished: callRecorder(metrics) } },
      {
        provide: FeedCollection,
        useFactory: (providers: readonly Provider[]) => collect(ground, providers),
        inject: [PROVIDERS],
      },
    ];
    return {
      module: AppModule,
      global: true,
      imports: [ProvidersModule, PlatformModule, SourcesModule, TasksModule],
      providers: shared,
      exports: [...shared.map(({ provide }) => provide), ProvidersModule],
    };
  }
}

function collect({ config, log, clock }: Ground, providers: readonly Provider[]): Collection {
  const faults = {
    error: (err: unknown, message: string): void => {
      log.error({ err }, message);
    },
  };
  const store = new InProcessStore(clock);
  return new Collection(config.sources, providers, {
    store,
    desk: new NewsDesk(store),
    runner: new ReadRunner(faults),
    revisions: new Revisions(),
    clock,
    deadlineMs: config.server.deadlineMs,
  });
}

/** The key of page tokens: of the configuration, or, where it names no secret but a Redis, of that Redis. */
async function tokenKey({ config, log }: Ground): Promise<Uint8Array> {
  const { redis } = config.cache;
  if (config.server.secret !== null || redis === null) return pageTokenKey(config);
  try {
    return await sharedSecret(redis);
  } catch {
    // The error may hold the URL, and with it a password.
    log.warn('Redis does not answer: page tokens are signed with a key made from the configuration');
    return pageTokenKey(config);
  }
}

function callRecorder(metrics: Metrics): (call: FinishedCall) => void {
  return ({ source, outcome, durationMs }) => {
    metrics.observeCall(source, outcome, durationMs / 1000);
  };
}
