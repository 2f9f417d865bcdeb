import type { IncomingMessage } from 'node:http';

/** Not a path of the gateway: what is outside the base path is answered like any other path that does not exist. */
const NOWHERE = '/-/outside-the-base-path';

/**
 * Turns the target of a request into a path below the base path, which is all that the rest of the gateway knows.
 * `originalUrl` keeps what the client sent. Health is answered outside the base path as well: probes do not know it.
 */
export function stripBasePath(request: IncomingMessage & { originalUrl?: string }, basePath: string): void {
  if (basePath === '') return;
  const { url = '/' } = request;
  request.originalUrl = url;
  if (isBelow(url, basePath)) {
    const rest = url.slice(basePath.length);
    request.url = rest.startsWith('/') ? rest : `/${rest}`;
  } else if (!url.startsWith('/health/')) request.url = NOWHERE;
}

function isBelow(url: string, basePath: string): boolean {
  if (!url.startsWith(basePath)) return false;
  const next = url[basePath.length];
  return next === undefined || next === '/' || next === '?';
}

/** What the client asked for, for what is shown to it. */
export function clientUrl(request: IncomingMessage & { readonly originalUrl?: string }): string {
  return request.originalUrl ?? request.url ?? '';
}
