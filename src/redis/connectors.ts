import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AbstractConnector, SentinelConnector } from 'ioredis';
import type { Redis, RedisOptions } from 'ioredis';

/**
 * ioredis's connectors listen to the first error of a socket only. One that is shut during a TLS handshake may
 * have a second, which would end the process; and one that hangs would be left open for a while.
 */
export class DirectConnector extends AbstractConnector {
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
export class MasterConnector extends SentinelConnector {
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
