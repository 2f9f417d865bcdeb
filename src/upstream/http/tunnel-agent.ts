import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent, request as requestHttps, type AgentOptions, type RequestOptions } from 'node:https';
import { isIP, isIPv6 } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket, type ConnectionOptions, type SecureContext } from 'node:tls';
import type { ProxyAddress } from '@/model/egress.js';
import type { ConnectionWatch } from './connection-watch.js';

/** What a connection trusts and shows; without a context, what is usual. */
export interface Trust {
  readonly secureContext?: SecureContext;
}

/** The call that a tunnel is opened for. It travels in the options of the call's request. */
export interface TunnelledCall {
  readonly watch: ConnectionWatch;
  readonly signal: AbortSignal;
}

/** Node's own type demands a stream even where there is a fault. */
type Opened = (fault: Error | null, stream?: Duplex | null) => void;

/**
 * Reaches HTTPS servers by tunnels through a proxy (CONNECT, RFC 9110, section 9.3.6). Node's own agents can do so, but
 * the abort of a call does not reach them, and their errors do not tell whose fault it is (docs/decisions/0047).
 */
export class TunnelAgent extends Agent {
  readonly #opening = new Set<ClientRequest>();

  /** No bound on sockets: one would open tunnels for calls in a queue, and here each tunnel belongs to its call. */
  constructor(
    options: AgentOptions,
    private readonly proxy: ProxyAddress,
    /** For the connection to the proxy. */
    private readonly trust: Trust,
  ) {
    super({ ...options, maxSockets: Infinity });
  }

  override createConnection(
    options: RequestOptions & { readonly tunnel?: TunnelledCall },
    callback?: Parameters<Agent['createConnection']>[1],
  ): undefined {
    const { tunnel, host, port } = options;
    if (tunnel === undefined || callback === undefined) throw new Error('a tunnel without a call');
    const opened = callback as Opened;
    const connect = this.#connect(authority(host ?? '', Number(port)), tunnel);
    connect.once('connect', (answer, socket, head) => {
      const { statusCode = 0 } = answer;
      if (statusCode < 200 || statusCode > 299) {
        tunnel.watch.refusedByProxy(statusCode);
        socket.destroy();
        opened(new Error('the proxy opened no tunnel'));
        return;
      }
      if (head.length > 0) socket.unshift(head);
      const throughTunnel: RequestOptions & Pick<ConnectionOptions, 'socket'> = { ...options, socket };
      opened(null, super.createConnection(throughTunnel));
    });
    connect.once('error', (fault) => {
      opened(fault);
    });
    connect.end();
    return undefined;
  }

  /** Closes the tunnels that are being opened, too. */
  override destroy(): void {
    for (const connect of this.#opening) connect.destroy();
    super.destroy();
  }

  #connect(target: string, { signal, watch }: TunnelledCall): ClientRequest {
    const connect = requestToProxy(this.proxy, {
      ...this.trust,
      method: 'CONNECT',
      path: target,
      headers: { host: target },
      signal,
      agent: false,
    });
    this.#opening.add(connect);
    connect.once('close', () => this.#opening.delete(connect));
    connect.once('socket', (socket) => {
      socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', () => {
        watch.reachedProxy();
      });
    });
    return connect;
  }
}

/** Begins a request to a proxy, with its login. The proxy's certificate has to bear its own name, not that of the Host header. */
export function requestToProxy(
  { protocol, host, port, authorization }: ProxyAddress,
  options: RequestOptions,
  onAnswer?: (answer: IncomingMessage) => void,
): ClientRequest {
  const servername = isIP(host) === 0 ? host : '';
  const send = protocol === 'https:' ? requestHttps : requestHttp;
  const request = send({ ...options, protocol, hostname: host, port, servername }, onAnswer);
  if (authorization !== null) request.setHeader('proxy-authorization', authorization);
  return request;
}

function authority(host: string, port: number): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
