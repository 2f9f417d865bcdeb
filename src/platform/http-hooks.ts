import { randomUUID } from 'node:crypto';
import { METHODS, type IncomingMessage } from 'node:http';
import { NotFoundException } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblem } from './problem/api-problem.js';
import type { ProblemFilter } from './problem/problem.filter.js';
import type { CommonHeaders } from './serving/common-headers.js';
import { answerPreflight } from './serving/cors.js';

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

/** Every answer carries its request id and the common headers. */
export function addCommonHeaders(server: FastifyInstance, headers: CommonHeaders): void {
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id).headers(headers.for(request.headers.origin));
    done();
  });
  if (!headers.dependOnOrigin) return;
  server.addHook('onSend', (_request, reply) => {
    void reply.header('vary', withOrigin(reply.getHeader('vary')));
    return Promise.resolve();
  });
}

/** What answers say about `Vary` replaces what the common headers say. */
function withOrigin(vary: string | number | string[] | undefined): string {
  const names = vary === undefined ? 'Origin' : String(vary);
  return /\bOrigin\b/.test(names) ? names : `${names}, Origin`;
}

/** Answers paths that do not exist before the body is read: it may be large, or never come to an end. */
export function refuseUnknownPaths(server: FastifyInstance, filter: ProblemFilter): void {
  server.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) done();
    else filter.send(new NotFoundException(), request, reply);
  });
}

/** All that the HTTP parser knows. CONNECT has no path. */
const ALL_METHODS = METHODS.filter((method) => method !== 'CONNECT');

/** Lets a path that exists, but not for the method, answer 405 and name the methods it takes; or a preflight of CORS. */
export class MethodRefusals {
  readonly #taken = new Map<string, Set<string>>();

  /** To be made before the routes are. */
  constructor(
    private readonly server: FastifyInstance,
    private readonly filter: ProblemFilter,
    private readonly headers: CommonHeaders,
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
      if (answerPreflight(request, reply, { allow, headers: this.headers })) return;
      const detail = `${request.method} is not allowed here; use ${allow}`;
      this.filter.send(new ApiProblem('method-not-allowed', detail, { headers: { allow } }), request, reply);
    };
  }
}
