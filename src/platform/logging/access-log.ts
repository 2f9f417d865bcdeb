import { isIP } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { parseTraceparent } from '@/model/traceparent.js';
import type { Metrics } from '../metrics/metrics.js';
import { clientUrl } from '../serving/base-path.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether its answer has the current state of all feeds; undefined where the answer is not made from feeds. */
    isComplete?: boolean;
  }
}

/** They ask every few seconds, all day long: their lines are for debugging. */
const PROBED_ROUTES: ReadonlySet<string> = new Set(['/health/live', '/health/ready', '/metrics']);

/** One log line and one measurement an answer. The query stays out of the log: filters may name customers. */
export function observeAnswers(server: FastifyInstance, log: Logger, metrics: Metrics): void {
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    const { isComplete } = request;
    const answered = { method: request.method, route, status: reply.statusCode, isComplete };
    metrics.observeAnswer(answered, reply.elapsedTime / 1000);
    const level = PROBED_ROUTES.has(route) ? 'debug' : 'info';
    log[level](lineOf(request, reply, route), 'answered');
    done();
  });
}

function lineOf(request: FastifyRequest, reply: FastifyReply, route: string): object {
  return {
    requestId: request.id,
    address: addressOf(request),
    principal: request.caller?.name,
    method: request.method,
    route,
    path: clientUrl(request.raw).split('?', 1)[0],
    status: reply.statusCode,
    bytes: bodyBytes(request, reply),
    durationMs: Math.round(reply.elapsedTime * 10) / 10,
    traceparent: loggedTrace(request.headers.traceparent),
  };
}

/** The client's, as a trusted proxy tells it; where it tells none, the proxy's own. */
function addressOf({ ip, socket }: FastifyRequest): string | undefined {
  return isIP(ip) === 0 ? socket.remoteAddress : ip;
}

/** The body as sent; undefined where its length was not known beforehand. */
function bodyBytes({ method }: FastifyRequest, reply: FastifyReply): number | undefined {
  if (method === 'HEAD' || reply.statusCode === 304 || reply.statusCode === 204) return 0;
  const length = reply.getHeader('content-length');
  return length === undefined ? undefined : Number(length);
}

/** What all versions of the header share; undefined for what is none, which may hold anything. */
function loggedTrace(header: unknown): string | undefined {
  const trace = parseTraceparent(header);
  return trace === null ? undefined : `${trace.version}-${trace.traceId}-${trace.parentId}-${trace.flags}`;
}
