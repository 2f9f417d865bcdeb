import type { RedisAddress } from '@/redis/redis-address.js';
import type { ProtectionConfig } from '@/model/expectation.js';
import type { MetricsConfig } from '@/model/metric.js';
import type { Grant, RequestRate } from '@/model/scope.js';
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
  readonly metrics: MetricsConfig;
  /** `none`: everyone who can reach the server may send requests. null: not set; the server is on loopback. */
  readonly auth: AuthConfig | 'none' | null;
  readonly sources: readonly SourceConfig[];
  /** What should run. */
  readonly protection: ProtectionConfig;
  /** What is allowed, but probably a mistake. */
  readonly warnings: readonly ConfigWarning[];
}

export interface ConfigWarning {
  /** Such as `sources[1].ca`. */
  readonly field: string;
  /** What is wrong, and what to do. Never a secret. */
  readonly detail: string;
}

export interface ServerConfig {
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
  /** Such as `/backups`; empty: the root. */
  readonly basePath: string;
  /** The addresses and CIDR ranges of the proxies that are believed. */
  readonly trustProxy: readonly string[];
  /** In lower case, without brackets and port; null: any. */
  readonly allowedHosts: readonly string[] | null;
  /** Absolute paths; null: plain HTTP. */
  readonly tls: TlsFiles | null;
  /** The origins whose pages may read answers. */
  readonly corsOrigins: readonly string[];
}

/** The PEM files of a certificate and its private key. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
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

/** Who may send requests, and what they may do. */
export interface AuthConfig {
  readonly apiKeys: readonly ApiKeyConfig[];
  readonly oidc: readonly OidcConfig[];
  /** What requests without credentials may do; null: nothing. */
  readonly anonymous: Grant | null;
  /** The limit of each principal that has none of its own; null: unlimited. */
  readonly rateLimit: RequestRate | null;
  /** `open`: the metrics need no credentials. */
  readonly metrics: 'open' | null;
}

export interface ApiKeyConfig extends Grant {
  readonly id: string;
  /** `sha256:`, then the SHA-256 of the key in lower-case hex. */
  readonly hash: string;
  /** null: `auth.rateLimit`. */
  readonly rateLimit: RequestRate | null;
}

/** An issuer of access tokens. */
export interface OidcConfig {
  /** As in the claim `iss`, letter for letter. */
  readonly issuer: string;
  readonly audience: string;
  readonly grants: readonly ClaimGrant[];
}

/** What a token may do in which a claim is, or contains, this value. */
export interface ClaimGrant extends Grant {
  readonly claim: string;
  readonly value: string;
}
