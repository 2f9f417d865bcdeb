import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { TlsFiles } from '@/config/config.js';
import { ApiProblem } from '../problem/api-problem.js';
import { stripBasePath } from '../serving/base-path.js';
import { CertificateReloader, readCertificate, tlsOptions } from './certificate.js';
import type { Connections } from './connections.js';
import { toOriginForm, violationOf } from './http-rules.js';
import type { UnreadableRequests } from './unreadable-requests.js';

/** How long clients may take. */
export interface TimeLimits {
  /** For the head of a request, from the start of the connection or of the request. */
  readonly headMs: number;
  /** For the whole request. */
  readonly requestMs: number;
  /** How long nothing may move while a request is being answered. */
  readonly silenceMs: number;
  /** How often connections are checked for having passed the first two. */
  readonly checkEveryMs: number;
}

/** The silence is longer than any deadline of the configuration: a request may wait so long for upstreams. */
const USUAL: TimeLimits = { headMs: 10_000, requestMs: 30_000, silenceMs: 90_000, checkEveryMs: 1_000 };

export interface HttpServerOptions {
  readonly keepAliveMs: number;
  readonly limits?: TimeLimits | undefined;
  readonly connections: Connections;
  readonly unreadable: UnreadableRequests;
  readonly basePath: string;
  /** Null: plain HTTP. */
  readonly tls: TlsFiles | null;
  readonly log: Logger;
}

/**
 * An HTTP server that bounds connections and the time clients take, and refuses what is not valid HTTP. The listener gets
 * the rest.
 */
export function createHttpServer(listener: RequestListener, options: HttpServerOptions): Server {
  const { limits = USUAL, connections, unreadable, basePath } = options;
  const server = createNodeServer(options, limits, (request, response) => {
    track(connections, response);
    toOriginForm(request);
    stripBasePath(request, basePath);
    const violation = violationOf(request);
    if (violation === null) listener(request, response);
    else unreadable.refuseParsed(violation, request, response);
  });
  server.setTimeout(limits.silenceMs);
  server.on('error', () => {
    // Before that, it is about the port, and whoever began to listen is told.
    if (server.listening) connections.noteNotAccepted();
  });
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    track(connections, response);
    unreadable.refuseParsed(unmetExpectation(), request, response);
  });
  return server;
}

type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;

/** A server of Node's, with TLS or without, that lets `connections` know of each connection. */
function createNodeServer(
  { tls, log, keepAliveMs, connections }: HttpServerOptions,
  limits: TimeLimits,
  listener: RequestListener,
): Server {
  const options = nodeOptions(keepAliveMs, limits);
  if (tls === null) {
    return createServer(options, listener).on('connection', (socket: Socket) => {
      connections.add(socket);
    });
  }
  const served = readCertificate(tls);
  const secure = { ...options, ...tlsOptions(served), handshakeTimeout: limits.headMs };
  const server = createTlsServer(secure, listener);
  new CertificateReloader(server, tls, { served, log }).start();
  trackHandshakes(server, connections);
  return server;
}

/** Until the handshake is done, a connection is another socket than after it: that of the client's address and port. */
function trackHandshakes(server: TlsServer, connections: Connections): void {
  const handshakes = new Map<string, Socket>();
  const peerOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;
  server.on('connection', (socket: Socket) => {
    const peer = peerOf(socket);
    handshakes.set(peer, socket);
    socket.once('close', () => handshakes.delete(peer));
    connections.add(socket);
  });
  server.on('secureConnection', (socket: Socket) => {
    const before = handshakes.get(peerOf(socket));
    if (before !== undefined) connections.forget(before);
    connections.add(socket);
  });
}

function nodeOptions(keepAliveTimeout: number, limits: TimeLimits): ServerOptions {
  return {
    keepAliveTimeout,
    headersTimeout: limits.headMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: limits.checkEveryMs,
    // Node would refuse it with an empty body, unseen.
    requireHostHeader: false,
  };
}

function track(connections: Connections, response: ServerResponse): void {
  connections.begin(response);
  response.once('close', () => {
    connections.end(response);
  });
}

function unmetExpectation(): ApiProblem {
  return new ApiProblem('bad-request', 'The only Expect that is met is 100-continue.', { status: 417 });
}
