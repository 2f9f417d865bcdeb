import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection over which a test writes what it likes, whole or not. */
export class RawConnection {
  readonly #socket: Socket;
  readonly closed: Promise<unknown>;
  received = '';
  isClosed = false;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    // Stays open for writing when the other side has closed: only a gateway that really closes ends it.
    this.#socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    this.#socket.setEncoding('latin1').on('data', (part: string) => (this.received += part));
    this.#socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      for (const event of ['end', 'close']) this.#socket.once(event, resolve);
    }).then(() => (this.isClosed = true));
  }

  get isOpen(): boolean {
    return !this.isClosed && this.#socket.readyState === 'open';
  }

  async opened(): Promise<void> {
    if (this.#socket.connecting) await once(this.#socket, 'connect');
  }

  send(text: string): void {
    if (this.#socket.writable) this.#socket.write(text, 'latin1');
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
