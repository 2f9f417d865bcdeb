import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** Connections whose server asked for a certificate of ours, also once they are used again. */
const DEMANDING = new WeakSet<Socket>();

/** What a call's connection went through, for whoever has to say why the call failed. */
export class ConnectionWatch {
  #socket: Socket | null = null;
  #isConnecting = false;

  /** True while the connection, TLS included, was not there yet. */
  get isConnecting(): boolean {
    return this.#isConnecting;
  }

  /** True where the server asked for a certificate of ours. */
  get demandsCertificate(): boolean {
    return this.#socket !== null && DEMANDING.has(this.#socket);
  }

  /** Watches the connection that the request is given. */
  follow(request: ClientRequest): void {
    request.once('socket', (socket) => {
      this.#socket = socket;
      if (request.reusedSocket) return;
      this.#isConnecting = true;
      socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', () => {
        this.#isConnecting = false;
        noteDemand(socket);
      });
      // TLS 1.2 has its keys just after it knows of the demand, and fails before it is connected.
      if (socket instanceof TLSSocket)
        socket.once('keylog', () => {
          noteDemand(socket);
        });
    });
  }
}

/** Signature algorithms are agreed with a server that asks for a certificate, and with no other (OpenSSL). */
function noteDemand(socket: Socket): void {
  if (socket instanceof TLSSocket && socket.getSharedSigalgs().length > 0) DEMANDING.add(socket);
}
