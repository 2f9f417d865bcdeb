import type { RedisAddress } from '@/model/redis-address.js';
import type { SourceConfig } from '@/model/source.js';

/** How much is written to the log; each level includes the ones before it. */
export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
type LogLevel = (typeof LOG_LEVELS)[number];

/** The whole configuration: checked, every default filled in, deeply frozen. */
export interface Config {
  readonly server: ServerConfig;
  readonly cache: CacheConfig;
  /** How far back a feed that is read by a window is read. */
  readonly windowMs: number;
  readonly log: LogConfig;
  readonly limits: LimitsConfig;
  /** `none`: everyone who reaches the server may ask; null: not said, so the server is on loopback. */
  readonly auth: 'none' | null;
  readonly sources: readonly SourceConfig[];
}

interface ServerConfig {
  /** An IP address or a host name. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** The longest a request waits for upstreams. */
  readonly deadlineMs: number;
  /** The longest a stop waits for open requests. */
  readonly shutdownTimeoutMs: number;
  /** The most connections of clients; null: what the gateway finds possible. */
  readonly maxConnections: number | null;
  /** Signs page tokens and what is put into Redis; null: see `pageTokenKey`. */
  readonly secret: string | null;
}

interface CacheConfig {
  /** Password included; null: snapshots are kept in this process. */
  readonly redis: RedisAddress | null;
  /** Put before every key in Redis. */
  readonly prefix: string;
  readonly freshForMs: number;
  readonly keepForMs: number;
}

interface LimitsConfig {
  /** What the bodies of all upstreams may take at once, while they are read. */
  readonly bodyMemoryBytes: number;
}

interface LogConfig {
  readonly level: LogLevel;
}
