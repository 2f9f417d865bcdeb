import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * The open connections of a gateway, of which there are at most `limit`. One more takes the place of the one that has
 * waited longest for a request: among those that have never sent one, or among those kept alive after one, whichever
 * are more. So whoever fills the gateway with connections of one kind loses them first, and clients of the other kind
 * keep theirs. A connection whose request is being answered keeps its place.
 */
export class Connections {
  /** No request so far. The longest waiting come first in this set and the next. */
  readonly #new = new Set<Socket>();
  /** Kept alive, between two requests. */
  readonly #idle = new Set<Socket>();
  /** With the answers under way: a client may send a request before it has the answer to the one before. */
  readonly #busy = new Map<Socket, Set<ServerResponse>>();

  /** Those whose request was answered before all of it had come. */
  readonly #answeredEarly = new WeakSet<Socket>();

  /** `dropped` is called for each connection that loses its place, or gets none for want of file descriptors. */
  constructor(
    private readonly limit: number,
    private readonly dropped: (cause: 'limit' | 'descriptors') => void,
  ) {}

  get count(): number {
    return this.#new.size + this.#idle.size + this.#busy.size;
  }

  /** To be called for each connection that is opened. */
  add(socket: Socket): void {
    this.#new.add(socket);
    socket.once('close', () => {
      this.#remove(socket);
    });
    if (this.count > this.limit) this.#dropOne();
  }

  /** To be called when a connection goes on as another socket. */
  forget(socket: Socket): void {
    this.#remove(socket);
  }

  /** To be called when the system could not hand over a connection. */
  noteNotAccepted(): void {
    this.dropped('descriptors');
  }

  /** To be called when a request has come, with the response to it. */
  begin(response: ServerResponse): void {
    const { socket } = response.req;
    this.#new.delete(socket);
    this.#idle.delete(socket);
    this.#answeredEarly.delete(socket);
    const answers = this.#busy.get(socket);
    if (answers === undefined) this.#busy.set(socket, new Set([response]));
    else answers.add(response);
  }

  /** To be called when the response is over. */
  end(response: ServerResponse): void {
    const { socket } = response.req;
    const answers = this.#busy.get(socket);
    if (answers?.delete(response) !== true || answers.size > 0) return;
    this.#busy.delete(socket);
    if (!socket.destroyed) this.#idle.add(socket);
    if (!response.req.complete) this.#answeredEarly.add(socket);
  }

  /** True where an answer has been written, or a part of it, to the request that is still coming: there is no second. */
  isAnswered(socket: Socket): boolean {
    if (this.#answeredEarly.has(socket)) return true;
    return [...(this.#busy.get(socket) ?? [])].some(({ headersSent }) => headersSent);
  }

  #dropOne(): void {
    const more = this.#new.size >= this.#idle.size ? this.#new : this.#idle;
    for (const socket of more) {
      this.#remove(socket);
      socket.destroy();
      this.dropped('limit');
      return;
    }
  }

  #remove(socket: Socket): void {
    this.#new.delete(socket);
    this.#idle.delete(socket);
    this.#busy.delete(socket);
  }
}
