import { parseRedisAddress, REDIS_ADDRESS, type RedisAddress } from '@/model/redis-address.js';
import type { ProblemLog } from './problem-log.js';
import { optional, required, section } from './section.js';
import type { Keys, ValuesOf } from './section.js';
import { scalar } from './shape.js';
import type { Shape } from './shape.js';
import { urlText } from './url-text.js';
import { text } from './values.js';
import { childOf } from './yaml-tree.js';
import type { YamlNode } from './yaml-tree.js';

const URL_RULE =
  'redis://user:password@host:6379/0, redis-sentinel://user:password@host:26379,host:26379/0#master-name or redis-cluster://user:password@host:6379,host:6379; rediss, rediss-sentinel and rediss-cluster for TLS; all but hosts and master-name may be left out; what a placeholder puts in is taken as it is, but in what you write yourself % @ : / ? # in a user or password are %25 %40 %3A %2F %3F %23, or stand as they are in the keys username and password beside url';

/** The URL of a Redis. It is never shown: without its at sign a password looks like a host. */
function redisUrl(allowed = URL_RULE): Shape<RedisAddress> {
  return scalar({
    allowed,
    schema: { type: 'string', pattern: REDIS_ADDRESS.source },
    secret: true,
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
    description: 'Where the Redis is. It may hold the user and the password as well.',
    example: 'redis://127.0.0.1:6379',
  }),
  username: optional(name, {
    description: 'The user (ACL). Left out: the one of the URL, else the default user.',
    example: 'tributary',
  }),
  password: optional(password, {
    description: 'The password, as it is: nothing in it has to be encoded.',
    example: '${REDIS_PASSWORD}',
  }),
  sentinelUsername: optional(name, {
    description: 'The user for the Sentinels, where they ask for one.',
    example: 'tributary',
  }),
  sentinelPassword: optional(password, {
    description: 'The password of the Sentinels (their requirepass), which is not the one of the Redis.',
    example: '${SENTINEL_PASSWORD}',
  }),
} as const satisfies Keys;

const MAP = section('a map', REDIS_KEYS);
const SCALAR = redisUrl(`${URL_RULE}; or ${MAP.allowed}`);

/** Where a Redis is and how to be let in: a URL, or a map with the URL and keys for what is secret. */
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
  const { url, username, password, ...sentinel } = values;
  const fault = faultOf(values);
  if (fault !== null) {
    problems.note(childOf(node, fault.key) ?? node, fault.found, fault.allowed);
    return undefined;
  }
  return {
    ...url,
    username: username ?? url.username,
    password: password ?? url.password,
    sentinelUsername: sentinel.sentinelUsername ?? null,
    sentinelPassword: sentinel.sentinelPassword ?? null,
  };
}

interface Fault {
  readonly key: keyof typeof REDIS_KEYS;
  readonly found: string;
  readonly allowed: string;
}

type Values = ValuesOf<typeof REDIS_KEYS>;

/** What the keys of the map cannot be together. */
function faultOf({ url, ...values }: Values): Fault | null {
  const login = loginOf(values, 'username', 'password');
  const watch = loginOf(values, 'sentinelUsername', 'sentinelPassword');
  if (login !== null && url?.password !== null) return { key: login.key, ...TWICE };
  if (watch !== null && url?.kind !== 'sentinel') return { key: watch.key, ...NO_SENTINELS };
  return [login, watch].find((each) => each?.isPartial === true)?.fault ?? null;
}

interface Login {
  readonly key: Fault['key'];
  /** A user name without a password. */
  readonly isPartial: boolean;
  readonly fault: Fault;
}

function loginOf(values: Omit<Values, 'url'>, name: LoginKey, password: LoginKey): Login | null {
  const isPartial = !isGiven(values[password]);
  const key = isPartial ? name : password;
  return isGiven(values[key]) ? { key, isPartial, fault: { key, ...NO_PASSWORD } } : null;
}

type LoginKey = keyof Omit<Values, 'url'>;

const TWICE = { found: 'a user name or password in the URL as well', allowed: 'one of the two' };
const NO_SENTINELS = {
  found: 'no Sentinels in the URL',
  allowed: 'a redis-sentinel:// or rediss-sentinel:// URL beside it',
};
const NO_PASSWORD = { found: 'no password', allowed: 'a password beside it' };

function isGiven(value: string | null | undefined): boolean {
  return typeof value === 'string';
}
