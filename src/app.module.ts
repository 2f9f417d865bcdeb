import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { WHOLE_COLLECTION } from '@/access/callers.js';
import { Collection } from '@/collection/collection.js';
import { ReadRunner } from '@/collection/read-runner.js';
import type { Config } from '@/config/config.js';
import { ConfigurationStatus } from '@/config/configuration-status.js';
import { pageTokenKey } from '@/config/page-token-key.js';
import { CLOCK, type Clock } from '@/model/clock.js';
import { DEPENDENCIES, type Dependencies } from '@/model/dependency.js';
import { PROVIDERS, type Provider } from '@/model/provider.js';
import { SharedLimits } from '@/model/shared-limits.js';
import { SharedLockouts } from '@/model/shared-lockout.js';
import { LOGGER, type Log } from '@/platform/logging/logger.js';
import { MetricsModule } from '@/metrics/metrics.module.js';
import { Metrics } from '@/platform/metrics/metrics.js';
import { PlatformModule } from '@/platform/platform.module.js';
import { Drain } from '@/platform/stopping/drain.js';
import { ProvidersModule } from '@/providers/providers.module.js';
import { RedisLimits } from '@/redis/redis-limits.js';
import { RedisLink } from '@/redis/redis-link.js';
import { RedisLockouts } from '@/redis/redis-lockouts.js';
import { SharedSecret } from '@/redis/shared-secret.js';
import type { SnapshotStore } from '@/snapshots/snapshot-store.js';
import { ResourcesModule } from '@/resources/resources.module.js';
import { SourcesModule } from '@/sources/sources.module.js';
import { TasksModule } from '@/tasks/tasks.module.js';
import { PAGE_TOKEN_KEYS, type PageTokenKeys } from '@/view/page-token.js';
import { BodyMemory } from '@/upstream/http/body-memory.js';
import { LOCKOUT_POLICY } from '@/upstream/credentials/credential-lockout.js';
import { UpstreamModule } from '@/upstream/upstream.module.js';
import { UpstreamObserver } from '@/upstream/upstream-observer.js';
import { accessModule } from './app.access.js';
import { connectToRedis, type SharedRedis } from './app.redis.js';
import { snapshotStore } from './app.snapshots.js';

/** What a gateway is made from. */
export interface GatewayOptions {
  readonly config: Config;
  readonly log: Log;
  /** How many lines of the log could not be written; absent: none ever. */
  readonly droppedLogLines?: () => number;
  readonly clock: Clock;
  /** How many of the requests that begin a trace have a span, from 0 to 1. Absent: no request has one. */
  readonly tracedShare?: number | undefined;
}

export interface SharedWithServer {
  readonly metrics: Metrics;
  readonly drain: Drain;
}

/** The composition root: the only place where the answer side and the question side meet. */
@Module({})
export class AppModule implements OnApplicationShutdown {
  constructor(
    @Inject(RedisLink) private readonly redis: RedisLink | null,
    @Inject(WHOLE_COLLECTION) private readonly collection: Collection,
  ) {}

  /** What the HTTP server in front of the application shares with it is handed in. */
  static on(options: GatewayOptions, { metrics, drain }: SharedWithServer): DynamicModule {
    const redis = connectToRedis({ ...options, metrics });
    const resources = ResourcesModule.on(options.config);
    const configuration = new ConfigurationStatus(options.clock.wallMs());
    metrics.watchConfiguration(configuration);
    const shared = [
      { provide: LOGGER, useValue: options.log },
      { provide: CLOCK, useValue: options.clock },
      { provide: PAGE_TOKEN_KEYS, useFactory: () => tokenKeys(options, redis) },
      { provide: RedisLink, useValue: redis?.link ?? null },
      { provide: SharedLimits, useValue: redis === null ? null : new RedisLimits(redis.link, options.clock) },
      { provide: SharedLockouts, useValue: redis === null ? null : lockoutsIn(redis, options) },
      { provide: DEPENDENCIES, useValue: dependenciesOn(redis?.link ?? null) },
      { provide: Metrics, useValue: metrics },
      { provide: Drain, useValue: drain },
      { provide: ConfigurationStatus, useValue: configuration },
      { provide: UpstreamObserver, useValue: metrics.upstream satisfies UpstreamObserver },
      { provide: BodyMemory, useValue: new BodyMemory(options.config.limits.bodyMemoryBytes) },
      {
        provide: WHOLE_COLLECTION,
        useFactory: async (providers: readonly Provider[]) => {
          await redis?.link.ready(PATIENCE_MS);
          return collect(options, providers, { store: snapshotStore(options, redis), metrics });
        },
        inject: [PROVIDERS],
      },
    ];
    return {
      module: AppModule,
      global: true,
      imports: [
        accessModule(options, redis?.link ?? null),
        ...[ProvidersModule, UpstreamModule, PlatformModule, SourcesModule, TasksModule],
        ...[resources, MetricsModule.on(resources)],
      ],
      providers: shared,
      exports: [...shared.map(({ provide }) => provide), ProvidersModule, UpstreamModule],
    };
  }

  /** The frame calls it when all requests have been answered. Leases are ended while Redis can still be told. */
  async onApplicationShutdown(): Promise<void> {
    await this.collection.stop();
    await this.redis?.close();
  }
}

function collect(
  { config, log, clock }: GatewayOptions,
  providers: readonly Provider[],
  { store, metrics }: { readonly store: SnapshotStore; readonly metrics: Metrics },
): Collection {
  const errorLog = {
    error: (err: unknown, message: string): void => {
      log.error({ err }, message);
    },
  };
  const readLog = {
    warn: (facts: object, message: string): void => {
      log.warn(facts, message);
    },
    info: (facts: object, message: string): void => {
      log.info(facts, message);
    },
  };
  return new Collection(config.sources, providers, {
    store,
    runner: new ReadRunner(errorLog, readLog),
    observer: metrics.upstream,
    clock,
    deadlineMs: config.server.deadlineMs,
  });
}

function dependenciesOn(redis: RedisLink | null): Dependencies {
  return () => (redis === null ? [] : [{ name: 'redis', ...redis.status }]);
}

/** A start waits this long for Redis: enough for one that is well, and no start fails for want of it. */
const PATIENCE_MS = 1_000;

/** The key of the secret alone; without a secret one of this process and, where there is a Redis, the one in it. */
async function tokenKeys({ config }: GatewayOptions, redis: SharedRedis | null): Promise<PageTokenKeys> {
  const own = pageTokenKey(config.server.secret);
  if (config.server.secret !== null || redis === null) return { own, shared: null };
  const secret = new SharedSecret(redis.link);
  await redis.link.ready(PATIENCE_MS);
  await secret.agree();
  return { own, shared: () => secret.value };
}

function lockoutsIn({ link, signer, onRejected }: SharedRedis, { clock }: GatewayOptions): RedisLockouts {
  return new RedisLockouts(link, LOCKOUT_POLICY, {
    signer,
    clock,
    onRejected: () => {
      onRejected('lockout');
    },
  });
}
