import type { RedisAddress } from '@/redis/redis-address.js';
import type { SourceConfig } from '@/model/source.js';

/** How much is written to the log; each level includes the ones before it. */
export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
type LogLevel = (typeof LOG_LEVELS)[number];

/** The whole configuration: checked, every default filled in, deeply frozen. */
export interface Config {
  readonly server: ServerConfig;
  readonly cache: CacheConfig;
  /** How far back feeds with a time window are read. */
  readonly windowMs: number;
  readonly log: LogConfig;
  readonly limits: LimitsConfig;
  /** `none`: everyone who can reach the server may send requests. null: not set; the server is on loopback. */
  readonly auth: 'none' | null;
  readonly sources: readonly SourceConfig[];
  /** What is allowed, but probably a mistake. */
  readonly warnings: readonly ConfigWarning[];
}

export interface ConfigWarning {
  /** Such as `sources[1].ca`. */
  readonly field: string;
  /** What is wrong, and what to do. Never a secret. */
  readonly detail: string;
}

interface ServerConfig {
  /** An IP address or a host name. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** The longest time that a request waits for upstreams. */
  readonly deadlineMs: number;
  /** The longest time that a stop waits for open requests. */
  readonly shutdownTimeoutMs: number;
  /** The maximum number of client connections; null: as many as the limit of open files allows, 10,000 at most. */
  readonly maxConnections: number | null;
  /** Signs page tokens and what is stored in Redis; null: see `pageTokenKey`. */
  readonly secret: string | null;
}

interface CacheConfig {
  /** Password included; null: snapshots are kept in this process. */
  readonly redis: RedisAddress | null;
  /** The beginning of every key in Redis. */
  readonly prefix: string;
  readonly freshForMs: number;
  readonly keepForMs: number;
}

interface LimitsConfig {
  /** The maximum memory for all upstream responses while they are read. */
  readonly bodyMemoryBytes: number;
}

interface LogConfig {
  readonly level: LogLevel;
}
