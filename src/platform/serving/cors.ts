import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CommonHeaders } from './common-headers.js';

/** What pages of an allowed origin may send. */
const TAKEN = [
  ...['Accept', 'Authorization', 'Cache-Control', 'Content-Type', 'If-None-Match', 'Last-Event-ID'],
  ...['Prefer', 'X-API-Key', 'X-Request-Id', 'traceparent', 'tracestate'],
].join(', ');

/** For how long a browser need not ask again. Chromium keeps it for two hours at most. */
const PREFLIGHT_HEADERS = { 'access-control-allow-headers': TAKEN, 'access-control-max-age': '7200' };

/**
 * Answers a preflight of an allowed origin, which asks what a page may send to this path. False for anything else. `allow`
 * names the methods that the path takes.
 */
export function answerPreflight(
  request: FastifyRequest,
  reply: FastifyReply,
  { allow, headers }: { readonly allow: string; readonly headers: CommonHeaders },
): boolean {
  const { origin, 'access-control-request-method': method } = request.headers;
  if (request.method !== 'OPTIONS' || method === undefined || !headers.allows(origin)) return false;
  void reply
    .status(204)
    .headers({ ...PREFLIGHT_HEADERS, 'access-control-allow-methods': allow, 'cache-control': 'no-store' })
    .send();
  return true;
}

/**
 * A page elsewhere can make a browser send `no-cache` without asking anyone (`fetch` with `cache: 'reload'`), and so force
 * reads of upstreams. Such a `Cache-Control` is taken as not sent, unless CORS allows the origin.
 */
export function ignoreForcedFreshness(server: FastifyInstance, headers: CommonHeaders): void {
  server.addHook('onRequest', ({ raw }, _reply, done) => {
    const { origin, 'sec-fetch-site': site } = raw.headers;
    if (site === 'cross-site' && !headers.allows(origin)) delete raw.headers['cache-control'];
    done();
  });
}
