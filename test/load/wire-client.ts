import { connect, type Socket } from 'node:net';

/** A GET: its path, and header lines that each end in CRLF. */
export interface WireRequest {
  readonly path: string;
  readonly headers: string;
}

const PROBE: WireRequest = { path: '/health/live', headers: '' };

/** Told the status of an answer; 0 when the connection ended without one. */
type Done = (status: number) => void;

/**
 * GETs over so many kept-alive connections, for more requests a second than `node:http` can send. What finds no free
 * connection waits for one, first come first served. Understands answers with a `Content-Length`.
 */
export class WireClient {
  readonly #free: Connection[] = [];
  readonly #waiting: { request: WireRequest; done: Done }[] = [];
  readonly #host: string;
  readonly #port: number;
  #places: number;

  constructor(url: string, connections: number) {
    const { hostname, port } = new URL(url);
    this.#host = hostname;
    this.#port = Number(port);
    this.#places = connections;
  }

  /** Opens all connections: Node takes one new connection in each turn of its event loop. */
  async connect(): Promise<void> {
    const answered = Array.from(
      { length: this.#places },
      () =>
        new Promise<number>((done) => {
          this.get(PROBE, done);
        }),
    );
    await Promise.all(answered);
  }

  /** Calls `done` once. */
  get(request: WireRequest, done: Done): void {
    const connection = this.#free.pop() ?? this.#open();
    if (connection === null) this.#waiting.push({ request, done });
    else this.#send(connection, request, done);
  }

  close(): void {
    for (const { socket } of this.#free) socket.destroy();
  }

  #send(connection: Connection, { path, headers }: WireRequest, done: Done): void {
    const text = `GET ${path} HTTP/1.1\r\nHost: ${this.#host}\r\n${headers}\r\n`;
    connection.send(text, (status) => {
      done(status);
      if (status === 0) this.#places += 1;
      else this.#reuse(connection);
    });
  }

  #reuse(connection: Connection): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(connection);
    else this.#send(connection, next.request, next.done);
  }

  #open(): Connection | null {
    if (this.#places === 0) return null;
    this.#places -= 1;
    return new Connection(connect({ host: this.#host, port: this.#port, noDelay: true }));
  }
}

/** One request at a time. */
class Connection {
  #done: Done | null = null;
  #status = 0;
  /** The answer as far as its head is not whole. */
  #head = '';
  /** What is to come of the body; null while the head is not whole. */
  #restBytes: number | null = null;

  constructor(readonly socket: Socket) {
    socket.on('data', (part: Buffer) => {
      this.#take(part);
    });
    socket.on('error', () => undefined);
    socket.once('close', () => {
      this.#finish(0);
    });
  }

  send(text: string, done: Done): void {
    this.#done = done;
    this.socket.write(text);
  }

  #take(part: Buffer): void {
    if (this.#restBytes === null) this.#readHead(part);
    else this.#restBytes -= part.length;
    if (this.#restBytes === 0) this.#finish(this.#status);
  }

  #readHead(part: Buffer): void {
    this.#head += part.toString('latin1');
    const end = this.#head.indexOf('\r\n\r\n');
    if (end < 0) return;
    const [, status, length] = HEAD.exec(this.#head) ?? [];
    this.#status = Number(status);
    this.#restBytes = Number(length) - (this.#head.length - end - 4);
    this.#head = '';
  }

  #finish(status: number): void {
    const done = this.#done;
    this.#done = null;
    this.#restBytes = null;
    done?.(status);
  }
}

const HEAD = /^HTTP\/1\.1 (\d{3}).*?\r\ncontent-length: (\d+)/is;
