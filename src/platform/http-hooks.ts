import { randomUUID } from 'node:crypto';
import { METHODS, type IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblem } from './problem/api-problem.js';
import { parseTraceparent } from '@/model/trace-context.js';
import type { Metrics } from './metrics/metrics.js';
import type { Logger } from 'pino';
import type { ProblemFilter } from './problem/problem.filter.js';

const SANE_REQUEST_ID = /^[A-Za-z0-9._:/+=@-]{1,128}$/;

/** The caller's request id if it is sane, else one of ours. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return isSaneRequestId(given) ? given : randomUUID();
}

/** True for what may be repeated as it is. */
export function isSaneRequestId(given: unknown): given is string {
  return typeof given === 'string' && SANE_REQUEST_ID.test(given);
}

/** Keep browsers from guessing, framing, and loading anything. Pages for people have a policy of their own. */
export const COMMON_HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
};

/** Every answer carries its request id and the common headers. */
export function addCommonHeaders(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    reply.headers({ 'x-request-id': request.id, ...COMMON_HEADERS });
    done();
  });
}

/** One log line and one measurement an answer. The query stays out of the log: filters may name customers. */
export function observeAnswers(server: FastifyInstance, log: Logger, metrics: Metrics): void {
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    const seconds = reply.elapsedTime / 1000;
    metrics.observeAnswer(route, reply.statusCode, seconds);
    log.info(
      {
        requestId: request.id,
        method: request.method,
        path: request.url.split('?', 1)[0],
        status: reply.statusCode,
        principal: request.caller?.name,
        durationMs: Math.round(reply.elapsedTime * 10) / 10,
        traceparent: loggedTrace(request.headers.traceparent),
      },
      'answered',
    );
    done();
  });
}

/** What all versions of the header share; undefined for what is none, which may hold anything. */
function loggedTrace(header: unknown): string | undefined {
  const trace = parseTraceparent(header);
  return trace === null ? undefined : `${trace.version}-${trace.traceId}-${trace.parentId}-${trace.flags}`;
}

/** Answers paths that do not exist before the body is read: it may be large, or never come to an end. */
export function refuseUnknownPaths(server: FastifyInstance, filter: ProblemFilter): void {
  server.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) done();
    else filter.send(new ApiProblem('not-found', 'There is no such path.'), request, reply);
  });
}

/** All that the HTTP parser knows. CONNECT has no path. */
const ALL_METHODS = METHODS.filter((method) => method !== 'CONNECT');

/** Lets a path that exists, but not for the method, answer 405 and name the methods it takes. */
export class MethodRefusals {
  readonly #taken = new Map<string, Set<string>>();

  /** To be made before the routes are. */
  constructor(
    private readonly server: FastifyInstance,
    private readonly filter: ProblemFilter,
  ) {
    for (const method of ALL_METHODS) {
      if (!server.supportedMethods.includes(method)) server.addHttpMethod(method, { hasBody: true });
    }
    server.addHook('onRoute', ({ url, method }) => {
      const methods = this.#taken.get(url) ?? new Set<string>();
      for (const each of [method].flat()) methods.add(each);
      this.#taken.set(url, methods);
    });
  }

  /** To be called once all routes are there. */
  complete(): void {
    for (const [url, methods] of [...this.#taken]) {
      if (url.includes('*')) continue;
      const method = ALL_METHODS.filter((each) => !methods.has(each));
      const refuse = this.refusal([...methods].sort().join(', '));
      // Already before the body is read, which may be bad too: it is the method that does not fit.
      this.server.route({ method, url, onRequest: refuse, handler: refuse });
    }
  }

  private refusal(allow: string): (request: FastifyRequest, reply: FastifyReply) => void {
    return (request, reply) => {
      const detail = `${request.method} is not allowed here; use ${allow}`;
      this.filter.send(new ApiProblem('method-not-allowed', detail, { headers: { allow } }), request, reply);
    };
  }
}
