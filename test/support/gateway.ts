import 'reflect-metadata';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createGateway } from '@/app.setup.js';
import type { Config } from '@/config/config.js';
import { loadConfig } from '@/config/load-config.js';
import { SYSTEM_CLOCK, type Clock } from '@/model/clock.js';
import { NO_PROTECTION } from '@/model/expectation.js';
import type { SourceConfig } from '@/model/source.js';
import type { TimeLimits } from '@/platform/connections/http-server.js';
import { createLogger } from '@/platform/logging/logger.js';
import { PROVIDER_SETTINGS } from '@/providers/provider-list.js';
import { startSimulator, urlVariables, type Simulator } from '@/simulator/simulator.js';
import { clockOf } from './clock.js';
import { addressOf } from './redis-link.js';

/** What a test may change about the gateway in front of the simulator. */
export interface GatewayOptions {
  readonly deadlineMs?: number;
  readonly secret?: string;
  /** The Redis to use, and what its keys begin with. */
  readonly redis?: { readonly url: string; readonly prefix: string };
  /** Changes or replaces the sources of the demo configuration. */
  readonly sources?: (sources: readonly SourceConfig[]) => readonly SourceConfig[];
  /** A function is both readings. */
  readonly clock?: Clock | (() => number);
  readonly maxConnections?: number;
  readonly auth?: Config['auth'];
  /** What should run, and nothing else; that of the demo configuration where it is absent. */
  readonly protection?: Partial<Config['protection']>;
  /** How long clients may take; the usual times are long for tests. */
  readonly timeLimits?: TimeLimits;
}

/** Long enough for any machine: only what hangs waits for it, and tests of that say how long. */
const AMPLE_MS = 60_000;

/** Long tests would fill the memory with lines that nobody looks at any more. */
const LONGEST_LOG = 20_000;

/** A gateway that listens on loopback, and what it has logged. */
export interface RunningGateway {
  readonly app: NestFastifyApplication;
  readonly url: string;
  /** The newest lines, 10,000 at least, oldest first. */
  readonly log: readonly string[];
  readonly stop: () => Promise<void>;
}

/** The demo's configuration for a running simulator. */
export function configFor({ urls }: Pick<Simulator, 'urls'>, options: GatewayOptions = {}): Config {
  const config = loadConfig({
    file: join(process.cwd(), 'docs/demo.yaml'),
    providers: PROVIDER_SETTINGS,
    env: {
      TRIBUTARY_HOST: '127.0.0.1',
      TRIBUTARY_PORT: '0',
      TRIBUTARY_LOG_LEVEL: 'info',
      ...urlVariables(urls),
    },
  });
  const { deadlineMs, secret, redis, sources, maxConnections, auth } = options;
  // Tests that are not about it need not wait between reads that they force.
  const swift = config.sources.map((source) => ({ ...source, minRefreshMs: 10 }));
  return {
    ...config,
    server: {
      ...config.server,
      deadlineMs: deadlineMs ?? AMPLE_MS,
      secret: secret ?? config.server.secret,
      maxConnections: maxConnections ?? config.server.maxConnections,
    },
    cache:
      redis === undefined
        ? config.cache
        : { ...config.cache, redis: addressOf(redis.url), prefix: redis.prefix },
    auth: auth ?? config.auth,
    protection: options.protection ? { ...NO_PROTECTION, ...options.protection } : config.protection,
    sources: sources?.(swift) ?? swift,
  };
}

/** Starts a gateway in front of a running simulator. */
export function startGateway(
  simulator: Pick<Simulator, 'urls'>,
  options: GatewayOptions = {},
): Promise<RunningGateway> {
  return runGateway(configFor(simulator, options), options);
}

/** Starts a gateway with a configuration. */
export async function runGateway(
  config: Config,
  { clock = SYSTEM_CLOCK, timeLimits }: Pick<GatewayOptions, 'clock' | 'timeLimits'> = {},
): Promise<RunningGateway> {
  const log: string[] = [];
  const write = (line: string): void => {
    log.push(line);
    if (log.length > LONGEST_LOG) log.splice(0, LONGEST_LOG / 2);
  };
  const logger = createLogger('debug', { write });
  const ground = { config, log: logger, clock: typeof clock === 'function' ? clockOf(clock) : clock };
  const app = await createGateway(ground, timeLimits);
  await app.listen(0, '127.0.0.1');
  return { app, url: await app.getUrl(), log, stop: () => app.close() };
}

export type { Simulator };
export { startSimulator };
