import { Cluster, Redis } from 'ioredis';
import type { ClusterOptions, RedisOptions } from 'ioredis';
import type { RedisAddress } from '@/model/redis-address.js';
import { DirectConnector, MasterConnector } from './connectors.js';
import type { Commands } from './redis-link.js';

/** The longest a connection takes to be made. */
export const CONNECT_BOUND_MS = 1_000;
/** A cluster's node that hangs must leave time to ask another one. */
const SLOTS_BOUND_MS = 300;
/** Of a command that met ASK or TRYAGAIN while slots move; it was not carried out then. */
const MOST_REDIRECTIONS = 5;
const PAUSE_BEFORE_REDIRECTION_MS = 25;

/**
 * A client that has not connected yet. It never connects again by itself, and repeats nothing that may have
 * been carried out: one that was lost is replaced.
 */
export function newClient(address: RedisAddress): Commands {
  const client = address.kind === 'cluster' ? newCluster(address) : newRedis(address);
  // Whoever waits for a command learns of it; without a listener ioredis would print the error.
  client.on('error', ignore);
  return client;
}

/**
 * A client for subscriptions only, not connected yet. In a cluster a message reaches every node, so that one
 * connection to any node of `cluster` will do; ioredis would change it for another unnoticed.
 */
export function newSubscriber(address: RedisAddress, commands: Commands): Redis {
  const node = commands instanceof Cluster ? anyMaster(commands) : address.nodes[0];
  const { username, password, tls } = connection(address);
  const subscriber =
    address.kind === 'cluster'
      ? new Redis({ ...BOUNDS, ...node, username, password, tls })
      : newRedis(address);
  subscriber.on('error', ignore);
  return subscriber;
}

/** Protocol 2 is spoken by every server and proxy, and needs no handshake that could fail half-way. */
const BOUNDS = {
  protocol: 2,
  lazyConnect: true,
  enableOfflineQueue: false,
  enableReadyCheck: false,
  disableClientInfo: true,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  retryStrategy: null,
  connectTimeout: CONNECT_BOUND_MS,
  Connector: DirectConnector,
} as const satisfies RedisOptions;

function newRedis(address: RedisAddress): Redis {
  const options = { ...BOUNDS, ...connection(address), db: address.db };
  if (address.kind === 'single') return new Redis({ ...options, ...address.nodes[0] });
  return new Redis({
    ...options,
    Connector: MasterConnector,
    sentinels: [...address.nodes],
    name: address.masterName ?? '',
    enableTLSForSentinelMode: address.tls,
    sentinelTLS: options.tls,
    sentinelCommandTimeout: SLOTS_BOUND_MS,
    sentinelRetryStrategy: () => null,
  });
}

function newCluster(address: RedisAddress): Cluster {
  const { retryStrategy: _, enableOfflineQueue: __, ...bounds } = BOUNDS;
  const options: ClusterOptions = {
    redisOptions: { ...bounds, ...connection(address) },
    lazyConnect: true,
    enableReadyCheck: false,
    clusterRetryStrategy: null,
    slotsRefreshTimeout: SLOTS_BOUND_MS,
    maxRedirections: MOST_REDIRECTIONS,
    retryDelayOnTryAgain: PAUSE_BEFORE_REDIRECTION_MS,
    retryDelayOnClusterDown: 0,
    retryDelayOnFailover: 0,
    // Names stay names: a certificate is for the name.
    dnsLookup: (host, done) => {
      done(null, host);
    },
  };
  return new Cluster([...address.nodes], options);
}

function connection({
  username,
  password,
  tls,
}: RedisAddress): Pick<RedisOptions, 'username' | 'password' | 'tls'> {
  return { username: username ?? undefined, password: password ?? undefined, tls: tls ? {} : undefined };
}

function anyMaster(cluster: Cluster): { readonly host?: string; readonly port?: number } {
  const masters = cluster.nodes('master');
  const { host, port } = masters[Math.floor(Math.random() * masters.length)]?.options ?? {};
  return { host, port };
}

function ignore(): void {
  // See `newClient`.
}
