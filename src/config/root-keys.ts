import type { ProviderSettings } from '@/model/source.js';
import { listenHost } from './addresses.js';
import { LOG_LEVELS } from './config.js';
import { listById } from './list.js';
import { redisAddress } from './redis-keys.js';
import { optional, required, section, withDefault } from './section.js';
import type { Key, Keys, ValuesOf } from './section.js';
import { freshFor, keepFor, minRefreshInterval, source, window } from './source-keys.js';
import type { SourceKeys } from './source-keys.js';
import { duration, integer, size, text, word } from './values.js';

export const SERVER_KEYS = {
  host: withDefault(listenHost(), '127.0.0.1', {
    description: 'The address to listen on. Any but 127.0.0.0/8, ::1 and localhost needs a top-level auth.',
    example: '127.0.0.1',
  }),
  port: withDefault(integer({ min: 0, max: 65_535 }), 3000, {
    description: 'The port to listen on; 0 is any free one.',
    example: 3000,
  }),
  deadline: withDefault(duration({ max: '60s' }), '2s', {
    description: 'The longest a request waits for upstreams.',
    example: '2s',
  }),
  shutdownTimeout: withDefault(duration({ max: '10m' }), '10s', {
    description:
      'The longest a stop waits for open requests. By SIGTERM, requests are still taken for a quarter of it (5 s at most).',
    example: '10s',
  }),
  maxConnections: optional(integer({ min: 16, max: 1_000_000 }), {
    description:
      'The most connections of clients. One more takes the place of the one that has waited longest for a request. Left out: 10,000, or fewer where the limit of open files allows no more.',
    example: 5000,
  }),
  secret: optional(
    text({ allowed: 'a secret of 16 to 4096 characters', pattern: /^.{16,4096}$/s, secret: true }),
    {
      description:
        'Signs page tokens, and what this gateway puts into Redis. Replicas with the same secret accept each other’s. Left out: page tokens are signed with a random key, which replicas share through Redis, and whoever can write to Redis is trusted.',
      example: '${TRIBUTARY_SECRET}',
    },
  ),
} as const satisfies Keys;

export const CACHE_KEYS = {
  redis: optional(redisAddress(), {
    description:
      'The Redis that replicas share: its URL, or a map with the URL and keys of their own for what is secret. Left out: snapshots are kept in this process.',
    example: 'redis://127.0.0.1:6379',
  }),
  prefix: withDefault(
    text({ allowed: '1 to 64 letters, digits, and _ . : -', pattern: /^[A-Za-z0-9:_.-]{1,64}$/ }),
    'tributary',
    {
      description:
        'Put before every key in Redis, so that gateways that have nothing to do with each other can share one.',
      example: 'tributary',
    },
  ),
  freshFor: withDefault(freshFor, '15s', {
    description: 'A snapshot younger than this is served as it is.',
    example: '15s',
  }),
  keepFor: withDefault(keepFor, '24h', {
    description: 'A snapshot older than this is not served at all. At least freshFor.',
    example: '24h',
  }),
  minRefreshInterval: withDefault(minRefreshInterval, '1s', {
    description:
      'Callers who insist on something newer (no-cache, max-age) make a feed be read no sooner than this after its last read; they wait for it.',
    example: '5s',
  }),
} as const satisfies Keys;

export const LOG_KEYS = {
  level: withDefault(word(LOG_LEVELS), 'info', {
    description: 'How much is logged; each level includes the ones before it.',
    example: 'info',
  }),
} as const satisfies Keys;

export const LIMITS_KEYS = {
  bodyMemory: withDefault(size({ min: '16MiB', max: '64GiB' }), '256MiB', {
    description:
      'The memory that the answers of all upstreams may take at once while they are read. One that is too large for it is refused (LIMIT); others wait for their share within their timeout.',
    example: '128MiB',
  }),
} as const satisfies Keys;

/** The keys of the top level that do not depend on the providers. */
const GENERAL_KEYS = {
  server: withDefault(section('a map', SERVER_KEYS), {}, { description: 'The HTTP server.' }),
  cache: withDefault(
    section('a map', CACHE_KEYS),
    {},
    { description: 'Where snapshots are kept, and how long.' },
  ),
  window: withDefault(window, '30d', {
    description: 'How far back a feed is read whose provider reads by a window; the others are read whole.',
    example: '30d',
  }),
  log: withDefault(section('a map', LOG_KEYS), {}, { description: 'The log, on standard output.' }),
  limits: withDefault(section('a map', LIMITS_KEYS), {}, { description: 'What the gateway may use.' }),
  auth: optional(word(['none']), {
    description: 'Who may ask. none: everyone who reaches the server. Left out: it listens on loopback only.',
    example: 'none',
  }),
} as const satisfies Keys;

export type RootKeys = typeof GENERAL_KEYS & {
  readonly sources: Key<readonly (ValuesOf<SourceKeys> | undefined)[]>;
};

/** The top level of the file. */
export function rootKeys(providers: readonly ProviderSettings[]): RootKeys {
  const sources = required(listById('sources', source(providers)), {
    description: 'The connections to upstream systems.',
  });
  return { ...GENERAL_KEYS, sources };
}
