import type { ProviderSettings } from '@/model/source.js';
import { authentication } from './auth-keys.js';
import { LOG_LEVELS } from './config.js';
import { PROXY_KEY } from './egress-keys.js';
import { listById } from './list.js';
import { PROTECTION_KEYS } from './protection-keys.js';
import { redisAddress } from './redis-keys.js';
import { optional, required, section, withDefault } from './section.js';
import type { Key, Keys, ValuesOf } from './section.js';
import { LISTENING_KEYS, SERVING_KEYS } from './serving-keys.js';
import { freshFor, keepFor, minRefreshInterval, source, window } from './source-keys.js';
import type { SourceKeys } from './source-keys.js';
import { duration, integer, size, text, word } from './values.js';

export const SERVER_KEYS = {
  ...LISTENING_KEYS,
  deadline: withDefault(duration({ max: '60s' }), '2s', {
    description: 'The longest time that a request waits for upstreams.',
  }),
  shutdownTimeout: withDefault(duration({ max: '10m' }), '10s', {
    description:
      'The longest time that a stop waits for open requests. After SIGTERM, new requests are accepted for a quarter of it (5 s at most).',
  }),
  maxConnections: optional(integer({ min: 16, max: 1_000_000 }), {
    description:
      'The maximum number of client connections. When it is reached, a new connection replaces the one that has waited longest for a request. Default: 10,000, or fewer if the limit of open files requires it.',
    example: 5000,
  }),
  secret: optional(
    text({ allowed: 'a secret of 16 to 4096 characters', pattern: /^.{16,4096}$/s, secret: true }),
    {
      description:
        'Signs page tokens and what the gateway stores in Redis. Replicas with the same secret accept the page tokens of each other. Default: page tokens are signed with a random key, which replicas share through Redis, and everything in Redis is trusted.',
      example: '${TRIBUTARY_SECRET}',
    },
  ),
  ...SERVING_KEYS,
} as const satisfies Keys;

export const CACHE_KEYS = {
  redis: optional(redisAddress(), {
    description:
      'The Redis that replicas share: its URL, or a map with the URL and separate keys for user names and passwords. Default: snapshots are kept in the process.',
    example: 'redis://127.0.0.1:6379',
  }),
  prefix: withDefault(
    text({ allowed: '1 to 64 letters, digits, and _ . : -', pattern: /^[A-Za-z0-9:_.-]{1,64}$/ }),
    'tributary',
    {
      description:
        'What every key in Redis begins with. Gateways with different prefixes can share one Redis. With the same prefix, sources with the same id, endpoint and project share snapshots and pauses, even if their `token` credentials see different things: give such gateways different prefixes.',
    },
  ),
  freshFor: withDefault(freshFor, '15s', {
    description: 'A snapshot younger than this is served without a refresh.',
  }),
  keepFor: withDefault(keepFor, '24h', {
    description: 'A snapshot older than this is never served. At least `freshFor`.',
  }),
  minRefreshInterval: withDefault(minRefreshInterval, '1s', {
    description: 'The minimum time between two forced reads of a feed (`no-cache`, `max-age`); callers wait.',
  }),
} as const satisfies Keys;

export const LOG_KEYS = {
  level: withDefault(word(LOG_LEVELS), 'info', {
    description: 'How much is logged. Each level includes the ones before it.',
  }),
} as const satisfies Keys;

export const LIMITS_KEYS = {
  bodyMemory: withDefault(size({ min: '16MiB', max: '64GiB' }), '256MiB', {
    description:
      'The maximum memory for all upstream responses while they are read. A larger response is refused (`LIMIT`); others wait for memory until their timeout.',
  }),
} as const satisfies Keys;

export const METRICS_KEYS = {
  maxResources: withDefault(integer({ min: 0, max: 100_000 }), 2_000, {
    description:
      'The maximum number of resources that have series of their own in `/metrics`; of more, those with the worst verdicts. `tributary_metrics_resources_omitted` counts the others. 0: none has.',
  }),
} as const satisfies Keys;

/** The keys of the top level that do not depend on the providers. */
const GENERAL_KEYS = {
  server: withDefault(section('a map', SERVER_KEYS), {}, { description: 'The HTTP server.' }),
  cache: withDefault(
    section('a map', CACHE_KEYS),
    {},
    { description: 'Where snapshots are kept, and for how long.' },
  ),
  window: withDefault(window, '30d', {
    description:
      'How far back feeds are read whose provider supports a time window. All other feeds are read whole.',
  }),
  proxy: PROXY_KEY,
  log: withDefault(section('a map', LOG_KEYS), {}, { description: 'The log, on standard output.' }),
  limits: withDefault(section('a map', LIMITS_KEYS), {}, { description: 'Limits of what the gateway uses.' }),
  metrics: withDefault(section('a map', METRICS_KEYS), {}, { description: 'The metrics at `/metrics`.' }),
  auth: optional(authentication(), {
    description:
      'Who may send requests: a map, or `none` for everyone who can reach the server. Default: everyone, but the server listens on loopback only.',
    example: { anonymous: { scopes: ['tasks:read'] } },
  }),
  ...PROTECTION_KEYS,
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
