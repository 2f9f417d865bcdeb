import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { ApiProblem } from '../problem/api-problem.js';
import { isSaneRequestId, requestIdOf } from '../http-hooks.js';
import type { Metrics } from '../metrics/metrics.js';
import { PROBLEM_MEDIA_TYPE, problemBody } from '../problem/problem-body.js';
import { clientUrl } from '../serving/base-path.js';
import type { CommonHeaders } from '../serving/common-headers.js';
import type { Connections } from './connections.js';

/** Refusals that are logged one by one in each second; those beyond are only counted. */
const LOGGED_EACH_SECOND = 10;
const SECOND_MS = 1_000;

/** The handshake failed or took too long, or what came after it was no TLS. */
const TLS_FAULT = /^ERR_(?:SSL|TLS)_/;

/** What Node's HTTP server emits as `clientError`. */
export interface ClientError extends Error {
  readonly code?: string;
  /** The bytes that were being parsed. Fastify's types call them something else. */
  readonly rawPacket?: unknown;
}

/** What answers to requests that nobody could read are made from. */
export interface RefusalOptions {
  readonly connections: Pick<Connections, 'isAnswered'>;
  readonly headers: CommonHeaders;
  readonly basePath: string;
}

/**
 * Refuses requests that are no valid HTTP or do not come in time, with a problem like any other error where something can
 * still be written, and counts and logs them: no request handler ever sees them.
 */
export class UnreadableRequests {
  #loggedInSecond = 0;
  #notLogged = 0;

  constructor(
    private readonly log: Logger,
    private readonly metrics: Metrics,
    private readonly options: RefusalOptions,
  ) {}

  /** For a request that the HTTP parser refused, or that did not come in time. Closes the connection. */
  refuse(fault: ClientError, socket: Socket): void {
    const { code } = fault;
    if (code !== undefined && TLS_FAULT.test(code)) {
      this.metrics.countDroppedConnection('tls');
      this.log.debug({ code, address: socket.remoteAddress }, 'closed a connection: TLS failed');
      socket.destroy();
      return;
    }
    if (code === 'ECONNRESET' || socket.destroyed) return;
    if (code === 'ERR_HTTP_REQUEST_TIMEOUT' && socket.bytesRead === 0) {
      // Browsers open connections in advance; an answer to no request would only confuse them.
      this.metrics.countDroppedConnection('silent');
      socket.destroy();
      return;
    }
    const requestId = requestIdIn(fault.rawPacket);
    const problem = problemOf(code);
    this.#note(problem, { requestId, code, address: socket.remoteAddress });
    if (socket.writable && !this.options.connections.isAnswered(socket)) {
      socket.write(this.#answer(problem, requestId));
    }
    // Unlike `end`, it does not wait for the other side to close as well.
    socket.destroySoon();
  }

  /** For a request that the parser let through but HTTP forbids. Closes the connection. */
  refuseParsed(problem: ApiProblem, request: IncomingMessage, response: ServerResponse): void {
    const requestId = requestIdOf(request);
    this.#note(problem, { requestId, address: request.socket.remoteAddress });
    const { basePath } = this.options;
    const body = JSON.stringify(problemBody(problem, { instance: clientUrl(request), requestId, basePath }));
    const headers = this.#headers(body, { requestId, origin: request.headers.origin });
    response.writeHead(problem.status, headers).end(body);
  }

  #answer(problem: ApiProblem, requestId: string): string {
    const { status } = problem;
    // The path is not known: an empty reference.
    const about = { instance: '', requestId, basePath: this.options.basePath };
    const body = JSON.stringify(problemBody(problem, about));
    const head = Object.entries(this.#headers(body, { requestId }))
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
    return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${head}\r\n${body}`;
  }

  #headers(
    body: string,
    { requestId, origin }: { readonly requestId: string; readonly origin?: string | undefined },
  ): Record<string, string> {
    return {
      ...this.options.headers.for(origin),
      'content-type': PROBLEM_MEDIA_TYPE,
      'content-length': String(Buffer.byteLength(body)),
      'cache-control': 'no-store',
      'x-request-id': requestId,
      date: new Date().toUTCString(),
      connection: 'close',
    };
  }

  #note({ status, detail }: ApiProblem, details: object): void {
    this.metrics.countUnreadable(status);
    if (this.#loggedInSecond === 0) setTimeout(this.#endSecond, SECOND_MS).unref();
    this.#loggedInSecond += 1;
    if (this.#loggedInSecond <= LOGGED_EACH_SECOND) {
      this.log.info({ ...details, status, detail }, 'rejected an unreadable request');
    } else this.#notLogged += 1;
  }

  readonly #endSecond = (): void => {
    if (this.#notLogged > 0) this.log.info({ count: this.#notLogged }, 'rejected more unreadable requests');
    this.#loggedInSecond = 0;
    this.#notLogged = 0;
  };
}

function problemOf(code: string | undefined): ApiProblem {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new ApiProblem('request-timeout', 'The request was not complete in time.');
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new ApiProblem('headers-too-large', 'The request line and headers are too large.');
  }
  const status = code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW' ? 413 : 400;
  return new ApiProblem('bad-request', 'The request is not valid HTTP.', { status });
}

/** The caller's request id where the bytes being parsed hold a sane one, else one of ours. */
function requestIdIn(packet: unknown): string {
  const text = Buffer.isBuffer(packet) ? packet.toString('latin1') : '';
  const [, given] = /\nx-request-id:[ \t]*([^\r\n]*?)[ \t]*\r?\n/i.exec(text) ?? [];
  return isSaneRequestId(given) ? given : randomUUID();
}
