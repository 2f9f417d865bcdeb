import type { IncomingMessage } from 'node:http';
import { ApiProblem } from '../problem/api-problem.js';

const ABSOLUTE_FORM = /^https?:\/\/([^/?#]*)/i;

/**
 * What HTTP/1.1 demands of a request beyond what Node's parser checks: null when all is well. The parser lets through
 * lines without a version (HTTP/0.9), version 2.0, and several `Host` lines, of which it takes the first.
 */
export function violationOf(request: IncomingMessage): ApiProblem | null {
  if (request.httpVersionMajor !== 1) {
    return new ApiProblem('bad-request', 'The request line must end in HTTP/1.1 or HTTP/1.0.');
  }
  const hosts = countOf('host', request.rawHeaders);
  // RFC 9112, section 3.2.
  if (hosts > 1) return new ApiProblem('bad-request', 'There is more than one Host header.');
  if (hosts === 0 && request.httpVersionMinor > 0) {
    return new ApiProblem('bad-request', 'There is no Host header.');
  }
  return null;
}

/**
 * Turns the absolute form of a target, which proxies use, into the usual one. The host in it counts instead of the `Host`
 * header (RFC 9112, section 3.2.2), and answers do not repeat it.
 */
export function toOriginForm(request: IncomingMessage): void {
  const { url = '' } = request;
  if (url.startsWith('/')) return;
  const match = ABSOLUTE_FORM.exec(url);
  if (match === null) return;
  const [origin, host] = match;
  const rest = url.slice(origin.length);
  request.url = rest.startsWith('/') ? rest : `/${rest}`;
  request.headers.host = host;
}

/** How many lines of that name there are. Raw headers alternate between names and values. */
function countOf(name: string, rawHeaders: readonly string[]): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const each = rawHeaders[index];
    if (each?.length === name.length && each.toLowerCase() === name) count += 1;
  }
  return count;
}
