import { parseRedisAddress, REDIS_ADDRESS, type RedisAddress } from '@/redis/redis-address.js';
import type { ProblemLog } from './problem-log.js';
import { optional, required, section } from './section.js';
import type { Keys, ValuesOf } from './section.js';
import { scalar } from './shape.js';
import type { Shape } from './shape.js';
import { mayHaveLogin, urlText } from './url-text.js';
import { text } from './values.js';
import { childOf } from './yaml-tree.js';
import type { YamlNode } from './yaml-tree.js';

const URL_RULE =
  'redis://host:6379/0, redis-sentinel://host:26379,host:26379/0#master-name or redis-cluster://host:6379,host:6379 (rediss, rediss-sentinel and rediss-cluster for TLS), with user:password@ before the hosts if needed (% @ : / ? # in them as %25 %40 %3A %2F %3F %23)';

/** The URL of a Redis. It is shown only where it has no login. */
function redisUrl(allowed = URL_RULE): Shape<RedisAddress> {
  return scalar({
    allowed,
    schema: { type: 'string', pattern: REDIS_ADDRESS.source },
    secret: mayHaveLogin,
    parse: (node) => parseRedisAddress(urlText(node) ?? '') ?? undefined,
  });
}

const name = text({ allowed: 'a user name of 1 to 256 characters', pattern: /^.{1,256}$/ });
const password = text({
  allowed: 'a password of 1 to 4096 characters',
  secret: true,
});

export const REDIS_KEYS = {
  url: required(redisUrl(), {
    description: 'The address of the Redis. It may contain the user name and the password.',
    example: 'redis://127.0.0.1:6379',
  }),
  username: optional(name, {
    description: 'The user name (ACL). Default: the one in the URL, else the default user.',
    example: 'tributary',
  }),
  password: optional(password, {
    description: 'The password as it is: nothing in it has to be encoded.',
    example: '${REDIS_PASSWORD}',
  }),
  sentinelUsername: optional(name, {
    description: 'The user name for the Sentinels, if they require one.',
    example: 'tributary',
  }),
  sentinelPassword: optional(password, {
    description: 'The password of the Sentinels (their `requirepass`). It is not the password of the Redis.',
    example: '${SENTINEL_PASSWORD}',
  }),
} as const satisfies Keys;

const MAP = section('a map', REDIS_KEYS);
const SCALAR = redisUrl(`${URL_RULE}, or ${MAP.allowed}`);

/** The address and login of a Redis: a URL, or a map with the URL and keys for the secrets. */
export function redisAddress(): Shape<RedisAddress> {
  return {
    allowed: SCALAR.allowed,
    schema: { anyOf: [SCALAR.schema, MAP.schema] },
    read: (node, problems) => (node.kind === 'map' ? readMap(node, problems) : SCALAR.read(node, problems)),
  };
}

function readMap(node: YamlNode, problems: ProblemLog): RedisAddress | undefined {
  const values = MAP.read(node, problems);
  if (values?.url === undefined) return undefined;
  const { url, ...logins } = values;
  for (const [key, detail] of loginFaults(url, logins)) problems.note(childOf(node, key) ?? node, detail);
  return {
    ...url,
    username: logins.username ?? url.username,
    password: logins.password ?? url.password,
    sentinelUsername: logins.sentinelUsername ?? null,
    sentinelPassword: logins.sentinelPassword ?? null,
  };
}

type Logins = Omit<ValuesOf<typeof REDIS_KEYS>, 'url'>;

/** Keys of the map that contradict its URL or lack their counterpart. */
function loginFaults(url: RedisAddress, logins: Logins): [keyof Logins, string][] {
  return [
    ...pairFaults(logins, ['username', 'password'], url.password === null ? null : TWICE),
    ...pairFaults(
      logins,
      ['sentinelUsername', 'sentinelPassword'],
      url.kind === 'sentinel' ? null : NO_SENTINELS,
    ),
  ];
}

const TWICE = 'the URL contains a user name or password, too; use only one of the two';
const NO_SENTINELS = 'the URL has no Sentinels; use a redis-sentinel:// URL, or remove this key';
const NO_PASSWORD = 'a user name without a password; add the password';

/** `fault` says why neither key may be set; null when they may. */
function pairFaults(
  logins: Logins,
  [name, password]: readonly [keyof Logins, keyof Logins],
  fault: string | null,
): [keyof Logins, string][] {
  if (typeof logins[password] === 'string') return fault === null ? [] : [[password, fault]];
  return typeof logins[name] === 'string' ? [[name, fault ?? NO_PASSWORD]] : [];
}
