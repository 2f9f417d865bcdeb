import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ProxyAddress } from '@/model/egress.js';

export interface ForwardProxyOptions {
  /** Where it finds the hosts that it is asked for: `host:port` with the URL of a server on loopback. */
  readonly routes: Readonly<Record<string, string>>;
  /** `user:password` that it wants; absent: it lets everyone through. */
  readonly login?: string;
  /** With it, the proxy speaks TLS. */
  readonly identity?: { readonly key: Buffer; readonly cert: Buffer };
  /** The status for every CONNECT, in place of a tunnel. */
  readonly refusal?: number;
}

/** A proxy on loopback: it sends on what comes in absolute form, and opens tunnels. */
export class ForwardProxy {
  /** What it was asked for, oldest first: `CONNECT host:443`, `GET http://host/path`. */
  readonly asked: string[] = [];
  readonly #sockets = new Set<Duplex>();
  readonly #server: Server;

  constructor(private readonly options: ForwardProxyOptions) {
    const { identity } = options;
    this.#server = identity === undefined ? createServer() : createSecureServer(identity);
    this.#server.on('request', (message, response) => {
      this.#forward(message, response);
    });
    this.#server.on('connect', (message: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#tunnel(message, socket, head);
    });
    this.#server.on('connection', (socket: Socket) => {
      this.#follow(socket);
    });
  }

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  /** With the login that it wants. */
  get url(): string {
    const { identity, login } = this.options;
    const scheme = identity === undefined ? 'http' : 'https';
    return `${scheme}://${login === undefined ? '' : `${login}@`}localhost:${this.#port}`;
  }

  /** The same as `url`, checked. */
  get address(): ProxyAddress {
    const { identity, login } = this.options;
    return {
      protocol: identity === undefined ? 'http:' : 'https:',
      host: 'localhost',
      port: this.#port,
      authorization: login === undefined ? null : basic(login),
    };
  }

  /** How many connections are open, to it and from it. */
  get connections(): number {
    return this.#sockets.size;
  }

  async stop(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  #forward(message: IncomingMessage, response: ServerResponse): void {
    this.asked.push(`${message.method} ${message.url}`);
    const url = URL.parse(message.url ?? '');
    const target = url === null ? null : this.#target(`${url.hostname}:${url.port || 80}`);
    if (!this.#admits(message)) response.writeHead(407, { 'proxy-authenticate': 'Basic' }).end();
    else if (url === null || target === null) response.writeHead(502).end();
    else {
      const { 'proxy-authorization': _login, ...headers } = message.headers;
      const { hostname, port } = new URL(target);
      const options = { hostname, port, method: message.method, path: url.pathname + url.search, headers };
      const onward = request(options, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => response.destroy());
      message.pipe(onward);
    }
  }

  #tunnel(message: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.asked.push(`CONNECT ${message.url}`);
    const target = this.#target(message.url ?? '');
    const refusal = this.#admits(message) ? (this.options.refusal ?? (target === null ? 502 : null)) : 407;
    if (refusal !== null || target === null) {
      socket.end(`HTTP/1.1 ${refusal ?? 502} text-of-the-upstream\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const onward = connect(Number(new URL(target).port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    this.#follow(onward);
    socket.on('close', () => onward.destroy());
    onward.on('close', () => socket.destroy());
  }

  #target(authority: string): string | null {
    return this.options.routes[authority] ?? null;
  }

  #admits({ headers }: IncomingMessage): boolean {
    const { login } = this.options;
    return login === undefined || headers['proxy-authorization'] === basic(login);
  }

  #follow(socket: Duplex): void {
    this.#sockets.add(socket);
    // Either side leaves as rudely as it likes.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
  }
}

function basic(login: string): string {
  return `Basic ${Buffer.from(login).toString('base64')}`;
}
