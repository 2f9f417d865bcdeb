import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** Connections whose server asked for a certificate of ours, also once they are used again. */
const DEMANDING = new WeakSet<Socket>();

/** How a call goes: to the upstream itself, to a proxy that sends it on, or through a tunnel that a proxy opens. */
export type Route = 'DIRECT' | 'FORWARDED' | 'TUNNELLED';

/** What a call waits for: the connection to the proxy, its tunnel, the connection to the upstream, or the answer. */
type Stage = 'PROXY' | 'TUNNEL' | 'UPSTREAM' | 'ANSWER';

/** What a call's connection went through, for whoever has to say why the call failed. */
export class ConnectionWatch {
  #socket: Socket | null = null;
  #stage: Stage = 'ANSWER';
  #proxyStatus: number | null = null;

  /** True while the connection to the upstream, TLS included, was not there yet. */
  get isConnecting(): boolean {
    return this.#stage === 'TUNNEL' || this.#stage === 'UPSTREAM';
  }

  /** True while the connection to the proxy, TLS included, was not there yet. */
  get isReachingProxy(): boolean {
    return this.#stage === 'PROXY';
  }

  /** True while the proxy was to open the tunnel. */
  get isTunnelling(): boolean {
    return this.#stage === 'TUNNEL';
  }

  /** The HTTP status with which the proxy opened no tunnel; null where it did not answer so. */
  get proxyStatus(): number | null {
    return this.#proxyStatus;
  }

  /** True where the server asked for a certificate of ours. */
  get demandsCertificate(): boolean {
    return this.#socket !== null && DEMANDING.has(this.#socket);
  }

  /** Watches the connection that the request is given, and answers the request. */
  follow(request: ClientRequest, route: Route): ClientRequest {
    // The request of a tunnelled call has no connection before the tunnel is there.
    if (route === 'TUNNELLED') this.#stage = 'PROXY';
    request.once('socket', (socket) => {
      this.#socket = socket;
      this.#stage = 'ANSWER';
      if (!request.reusedSocket) this.#awaitConnection(socket, route);
    });
    return request;
  }

  /** The connection to the proxy of a tunnelled call is there. */
  reachedProxy(): void {
    this.#stage = 'TUNNEL';
  }

  /** The proxy answered with this status, and opened no tunnel. */
  refusedByProxy(status: number): void {
    this.#proxyStatus = status;
  }

  #awaitConnection(socket: Socket, route: Route): void {
    this.#stage = route === 'FORWARDED' ? 'PROXY' : 'UPSTREAM';
    socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', () => {
      this.#stage = 'ANSWER';
      noteDemand(socket);
    });
    // TLS 1.2 has its keys just after it knows of the demand, and fails before it is connected.
    if (socket instanceof TLSSocket) {
      socket.once('keylog', () => {
        noteDemand(socket);
      });
    }
  }
}

/** Signature algorithms are agreed with a server that asks for a certificate, and with no other (OpenSSL). */
function noteDemand(socket: Socket): void {
  if (socket instanceof TLSSocket && socket.getSharedSigalgs().length > 0) DEMANDING.add(socket);
}
