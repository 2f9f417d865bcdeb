/** Where a Redis is, and how to be let in. */
export interface RedisAddress {
  /** `sentinel`: the nodes are Sentinels, which know the master; `cluster`: some nodes of a Redis Cluster. */
  readonly kind: 'single' | 'sentinel' | 'cluster';
  readonly tls: boolean;
  /** At least one; exactly one where `kind` is `single`. */
  readonly nodes: readonly RedisNode[];
  readonly username: string | null;
  readonly password: string | null;
  /** For the Sentinels, which have a user and a password of their own. */
  readonly sentinelUsername: string | null;
  readonly sentinelPassword: string | null;
  readonly db: number;
  /** What the Sentinels call the master; null where there are none. */
  readonly masterName: string | null;
}

export interface RedisNode {
  /** A host name or an IP address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/**
 * Scheme, credentials, nodes, database and name of the master: `redis://[user[:password]@]host[:port][/db]`,
 * `redis-sentinel://[…@]host[:port],…[/db]#master-name` and `redis-cluster://[…@]host[:port],…`; `rediss…` for TLS.
 */
export const REDIS_ADDRESS =
  /^redis(s?)(?:(:\/\/)|(-sentinel:\/\/)|(-cluster:\/\/))(?:([^\s/?#@]+)@)?([^\s/?#@]+?)(?:\/(\d{0,4}))?(?:#([^\s#]+))?$/;

const NODE = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9_.-]{1,253}))(?::(\d{1,5}))?$/;
const USUAL_PORT = { single: 6379, sentinel: 26_379, cluster: 6379 } as const;

/** Null for a text that is no such address. */
export function parseRedisAddress(text: string): RedisAddress | null {
  const match = REDIS_ADDRESS.exec(text);
  if (match === null) return null;
  const [, tls, single, sentinel, , login, hosts = '', db = '', name] = match;
  const kind = single !== undefined ? 'single' : sentinel !== undefined ? 'sentinel' : 'cluster';
  const nodes = parseNodes(hosts, kind);
  const credentials = parseLogin(login);
  const masterName = name === undefined ? null : decode(name);
  if (nodes === null || credentials === null || !fits({ kind, nodes, db, masterName })) return null;
  return { kind, tls: tls === 's', nodes, ...credentials, ...NO_SENTINEL_LOGIN, db: Number(db), masterName };
}

/** A URL has room for one login only: that of the Redis. */
const NO_SENTINEL_LOGIN = { sentinelUsername: null, sentinelPassword: null };

type Parts = Pick<RedisAddress, 'kind' | 'nodes' | 'masterName'> & { readonly db: string };

function fits({ kind, nodes, db, masterName }: Parts): boolean {
  if (kind === 'sentinel') return masterName !== null;
  return masterName === null && (kind === 'cluster' ? db === '' : nodes.length === 1);
}

function parseNodes(hosts: string, kind: RedisAddress['kind']): RedisNode[] | null {
  const nodes = hosts.split(',').map((text) => parseNode(text, USUAL_PORT[kind]));
  return nodes.every((node) => node !== null) ? nodes : null;
}

function parseNode(text: string, usualPort: number): RedisNode | null {
  const [, ip, name, digits] = NODE.exec(text) ?? [];
  const host = ip === undefined ? name : parseIpv6(ip);
  const port = digits === undefined ? usualPort : Number(digits);
  return host === undefined || port < 1 || port > 65_535 ? null : { host, port };
}

function parseIpv6(ip: string): string | undefined {
  return URL.parse(`http://[${ip}]`) === null ? undefined : ip;
}

function parseLogin(login: string | undefined): Pick<RedisAddress, 'username' | 'password'> | null {
  if (login === undefined) return { username: null, password: null };
  const colon = login.indexOf(':');
  const username = decode(colon < 0 ? login : login.slice(0, colon));
  const password = colon < 0 ? '' : decode(login.slice(colon + 1));
  if (username === null || password === null) return null;
  return { username: username === '' ? null : username, password };
}

/** Null where a percent sign is not followed by what belongs there. */
function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
