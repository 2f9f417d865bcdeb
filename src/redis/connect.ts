import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import {
  AbstractConnector,
  Cluster,
  Redis,
  SentinelConnector,
  type ClusterOptions,
  type RedisOptions,
} from 'ioredis';
import type { RedisAddress } from './redis-address.js';
import type { Commands } from './redis-link.js';

/**
 * ioredis's connectors listen to the first error of a socket only. One that is shut during a TLS handshake may
 * have a second, which would end the process; and one that hangs would be left open for a while.
 */
class DirectConnector extends AbstractConnector {
  readonly #options: RedisOptions;

  constructor(options: unknown) {
    super(0);
    this.#options = options as RedisOptions;
  }

  override connect(): Promise<Socket> {
    const { host, port = 0, tls } = this.#options;
    this.connecting = true;
    const socket = tls === undefined ? connectTcp({ host, port }) : connectTls({ ...tls, host, port });
    socket.on('error', (error) => {
      this.firstError ??= error;
    });
    this.stream = socket;
    return Promise.resolve(socket);
  }

  override disconnect(): void {
    this.connecting = false;
    // Not there before `connect`, whatever its type says.
    (this.stream as Socket | undefined)?.destroy();
  }
}

/** The same for the master that the Sentinels name, and for the connections to them. */
class MasterConnector extends SentinelConnector {
  constructor(options: unknown) {
    super(options as ConstructorParameters<typeof SentinelConnector>[0]);
    // Its types hide it. Left to itself, each Sentinel that cannot be reached keeps the process for two seconds.
    const inherited = Reflect.get(this, 'connectToSentinel') as ConnectToSentinel;
    const direct: ConnectToSentinel = (endpoint, more) =>
      inherited.call(this, endpoint, { ...more, Connector: DirectConnector });
    Reflect.set(this, 'connectToSentinel', direct);
  }

  override async connect(...emitter: Parameters<SentinelConnector['connect']>): Promise<Socket> {
    const socket = await super.connect(...emitter);
    socket.on('error', ignore);
    return socket;
  }

  override disconnect(): void {
    this.connecting = false;
    (this.stream as Socket | undefined)?.destroy();
  }
}

type ConnectToSentinel = (endpoint: object, more?: object) => Redis;

function ignore(): void {
  // ioredis has been told of the first error.
}

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
  return listenedTo(address.kind === 'cluster' ? newCluster(address) : newRedis(address));
}

/**
 * A client for subscriptions only, not connected yet. In a cluster a message reaches every node, so that one
 * connection to any node of `cluster` will do; ioredis would change it for another unnoticed.
 */
export function newSubscriber(address: RedisAddress, commands: Commands): Redis {
  if (!(commands instanceof Cluster)) return listenedTo(newRedis(address));
  return listenedTo(new Redis({ ...BOUNDS, ...anyMaster(commands), tls: tlsOf(address) }));
}

/** Connects; a cluster's client to every node, which ioredis puts off until the first command for it. */
export async function connect(client: Commands, address: RedisAddress): Promise<void> {
  await client.connect();
  if (client instanceof Cluster) await Promise.all(nodesOf(client).map((node) => node.ping()));
  else await logIn(client, address);
}

/** The connections behind a client that carry its writing commands. */
export function nodesOf(client: Commands): Redis[] {
  return client instanceof Cluster ? client.nodes('master') : [client];
}

/** Left to ioredis, a password that the server does not ask for is told on the console at each connection. */
async function logIn(redis: Redis, { username, password, db }: RedisAddress): Promise<void> {
  if (password !== null) {
    const login = username === null ? redis.auth(password) : redis.auth(username, password);
    await login.catch((error: unknown) => {
      if (!(error instanceof Error) || !NO_PASSWORD_WANTED.test(error.message)) throw error;
    });
  }
  if (db !== 0) await redis.select(db);
}

const NO_PASSWORD_WANTED = /^ERR .*(no password is set|without any password configured)/;

function listenedTo<C extends Commands>(client: C): C {
  // Whoever waits for a command learns of it; without a listener ioredis would print the error.
  client.on('error', () => undefined);
  return client;
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
  const options = { ...BOUNDS, tls: tlsOf(address) };
  if (address.kind === 'single') return new Redis({ ...options, ...address.nodes[0] });
  return new Redis({
    ...options,
    Connector: MasterConnector,
    sentinels: [...address.nodes],
    name: address.masterName ?? '',
    enableTLSForSentinelMode: address.tls,
    sentinelTLS: options.tls,
    sentinelUsername: address.sentinelUsername ?? undefined,
    sentinelPassword: address.sentinelPassword ?? undefined,
    sentinelCommandTimeout: SLOTS_BOUND_MS,
    sentinelRetryStrategy: () => null,
  });
}

function newCluster(address: RedisAddress): Cluster {
  const { retryStrategy: _, enableOfflineQueue: __, ...bounds } = BOUNDS;
  const options: ClusterOptions = {
    redisOptions: {
      ...bounds,
      username: address.username ?? undefined,
      password: address.password ?? undefined,
      tls: tlsOf(address),
    },
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

function tlsOf({ tls }: RedisAddress): RedisOptions['tls'] {
  return tls ? {} : undefined;
}

function anyMaster(cluster: Cluster): { readonly host?: string; readonly port?: number } {
  const masters = cluster.nodes('master');
  const { host, port } = masters[Math.floor(Math.random() * masters.length)]?.options ?? {};
  return { host, port };
}
