import { isDeepStrictEqual } from 'node:util';
import type { Access } from './access/access.js';
import type { Collection } from './collection/collection.js';
import { ConfigError } from './config/config-error.js';
import type { Config } from './config/config.js';
import type { ConfigurationStatus } from './config/configuration-status.js';
import { FileWatch } from './config/file-watch.js';
import type { Clock } from './model/clock.js';
import type { Assessor } from './resources/assessor.js';
import type { ResourceMetrics } from './resources/resource-metrics.js';
import type { RuleBook } from './resources/rule-book.js';
import type { Log } from './platform/logging/logger.js';
import type { UpstreamMetrics } from './platform/metrics/upstream-metrics.js';
import type { View } from './view/view.js';

/** A configuration as it was read, and the files that it was made from. */
export interface LoadedConfig {
  readonly config: Config;
  readonly files: ReadonlySet<string>;
}

/** Reads the configuration anew; `onFile` gets each file before it is read. Throws ConfigError. */
export type Load = (onFile: (path: string) => void) => Config;

export interface ReloadDependencies {
  readonly load: Load;
  readonly access: Access;
  readonly collection: Collection;
  readonly rules: RuleBook;
  /** Those that remember what they have made of sources, or counted of them. */
  readonly memories: readonly Pick<View | Assessor | UpstreamMetrics, 'keepOnly'>[];
  readonly metrics: ResourceMetrics;
  readonly status: ConfigurationStatus;
  readonly log: Log;
  readonly clock: Clock;
}

/**
 * Takes over a changed configuration while the gateway runs: all of it, or nothing if it is not valid. What only a start
 * can change is told, and stays as it is.
 */
export class Reloader {
  readonly #watch = new FileWatch(() => {
    this.reload('file changed');
  });
  /** What the gateway runs with. */
  #running: Config;

  constructor(
    private readonly started: LoadedConfig,
    private readonly dependencies: ReloadDependencies,
  ) {
    this.#running = started.config;
  }

  /** Watches the files from now on. What has changed since the start is taken over. */
  async start(): Promise<void> {
    await this.#watch.watch(this.started.files);
    this.reload('start');
    this.#watch.start();
  }

  stop(): void {
    this.#watch.stop();
  }

  /** Never throws. */
  reload(cause: string): void {
    const { load, log } = this.dependencies;
    const files = new Set<string>();
    try {
      const config = load((path) => files.add(path));
      this.#apply(config, cause);
    } catch (fault) {
      if (!(fault instanceof ConfigError))
        log.error({ err: fault, cause }, 'the configuration could not be reloaded');
      else this.#refuse(fault, cause);
    }
    // Also those of an invalid one: whoever mends it may change one of them only.
    void this.#watch.watch(new Set([...this.started.files, ...files]));
  }

  #apply(config: Config, cause: string): void {
    const { access, collection, rules, memories, metrics, status, log, clock } = this.dependencies;
    const before = this.#running;
    status.lastValidMs = clock.wallMs();
    if (isDeepStrictEqual(config, before) && status.problem?.state !== 'INVALID') {
      if (cause !== 'start') log.info({ cause }, 'configuration reloaded: nothing has changed');
      return;
    }
    collection.apply(config.sources);
    const sources = new Set(config.sources.map(({ id }) => id));
    for (const memory of memories) memory.keepOnly(sources);
    access.apply(config);
    rules.apply(config.protection);
    metrics.apply(config.metrics);
    log.level = config.log.level;
    this.#running = config;
    for (const { field, detail } of config.warnings) log.warn({ field }, detail);
    log.info({ cause, ...changes(before, config) }, 'configuration reloaded');
    const fields = fixedChanges(this.started.config, config);
    status.problem = null;
    if (fields.length === 0) return;
    const message = `A restart is needed for ${fields.join(', ')}.`;
    status.problem = { state: 'RESTART_NEEDED', message, sinceMs: clock.wallMs() };
    log.warn({ fields }, 'the configuration has changes that need a restart');
  }

  #refuse(fault: ConfigError, cause: string): void {
    const { status, log, clock } = this.dependencies;
    const { message } = fault;
    const isKnown = status.problem?.state === 'INVALID' && status.problem.message === message;
    if (!isKnown) status.problem = { state: 'INVALID', message, sinceMs: clock.wallMs() };
    log.error(
      { cause, message },
      'the changed configuration is not valid: the gateway goes on with the old one',
    );
  }
}

/** For the log: the sources that are new, changed and gone. */
function changes(before: Config, now: Config): Readonly<Record<string, readonly string[]>> {
  const known = new Map(before.sources.map((source) => [source.id, source]));
  const ids = new Set(now.sources.map(({ id }) => id));
  return {
    added: now.sources.flatMap(({ id }) => (known.has(id) ? [] : [id])),
    changed: now.sources.flatMap((source) => {
      const old = known.get(source.id);
      return old === undefined || isDeepStrictEqual(old, source) ? [] : [source.id];
    }),
    removed: before.sources.flatMap(({ id }) => (ids.has(id) ? [] : [id])),
  };
}

/** The names of the settings that differ and only count at a start. */
function fixedChanges(started: Config, now: Config): string[] {
  return Object.entries(fixedSettings(started)).flatMap(([name, value]) =>
    isDeepStrictEqual(value, fixedSettings(now)[name]) ? [] : [name],
  );
}

function fixedSettings({ server, cache, limits }: Config): Record<string, unknown> {
  return {
    ...Object.fromEntries(Object.entries(server).map(([name, value]) => [`server.${name}`, value])),
    'cache.redis': cache.redis,
    'cache.prefix': cache.prefix,
    'limits.bodyMemory': limits.bodyMemoryBytes,
  };
}
