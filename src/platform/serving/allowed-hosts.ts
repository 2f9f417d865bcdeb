import { isIP } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiProblem } from '../problem/api-problem.js';
import type { ProblemFilter } from '../problem/problem.filter.js';

/** The hosts that a request names. */
interface RequestedHosts {
  /** `Host`, with its port. */
  readonly host: string | undefined;
  /** `X-Forwarded-Host`, where a trusted proxy has sent it. */
  readonly forwardedHost: string | null;
  /** Without the query. */
  readonly path: string;
}

/** Probes and scrapers ask by address; DNS rebinding, which the check is about, needs a name. */
const ASKED_BY_ADDRESS = /^\/(?:health\/|metrics$)/;

/**
 * True for a request whose hosts are among the allowed ones. Behind a trusted proxy the name that it forwards must be
 * allowed, and `Host` may also be the address under which the proxy reaches the gateway. HTTP/1.0 need not name a host.
 */
export function isAllowedHost(
  allowed: ReadonlySet<string>,
  { host, forwardedHost, path }: RequestedHosts,
): boolean {
  const name = host === undefined ? null : nameIn(host);
  if (forwardedHost !== null) {
    if (!allowed.has(nameIn(forwardedHost))) return false;
    if (name !== null && isAddress(name)) return true;
  }
  if (name === null || allowed.has(name)) return true;
  return isAddress(name) && ASKED_BY_ADDRESS.test(path);
}

function isAddress(name: string): boolean {
  return name === 'localhost' || isIP(name) !== 0;
}

/** The name or address in a `Host`, in lower case, without port, brackets and a dot at the end. */
function nameIn(host: string): string {
  const [, address, name = ''] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host.trim().toLowerCase()) ?? [];
  return address ?? name.replace(/\.$/, '');
}

/** Refuses requests for other hosts: a page elsewhere must not reach the gateway by a name that it has made up. */
export function refuseOtherHosts(
  server: FastifyInstance,
  filter: ProblemFilter,
  allowedHosts: readonly string[] | null,
): void {
  if (allowedHosts === null) return;
  const allowed = new Set(allowedHosts);
  server.addHook('onRequest', (request, reply, done) => {
    if (isAllowedHost(allowed, hostsOf(request))) done();
    else filter.send(new ApiProblem('misdirected-request', DETAIL), request, reply);
  });
}

const DETAIL =
  'The gateway does not serve the host that the request names; server.allowedHosts lists those it does.';

function hostsOf(request: FastifyRequest): RequestedHosts {
  const { host } = request.headers;
  // Fastify has it from X-Forwarded-Host where the proxy is trusted.
  const forwardedHost = request.host === (host ?? '') ? null : request.host;
  return { host, forwardedHost, path: request.url.split('?', 1)[0] ?? '' };
}
