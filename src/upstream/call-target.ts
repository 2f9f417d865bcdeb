import { UpstreamError } from './upstream-error.js';

/** Where a call goes, in exactly the characters that are signed and sent. */
export interface CallTarget {
  readonly url: string;
  /** With the port, unless it is the scheme's own: the value of the Host header. */
  readonly host: string;
  readonly path: string;
  /** Without the question mark; empty when there is none. */
  readonly query: string;
}

/** One parameter; a key may come several times. */
export type QueryEntry = readonly [key: string, value: string | number];

/**
 * The target of a call below an endpoint. The endpoint's path is kept; a user name and password in it are
 * not: axios would put them in place of the source's credentials.
 */
export function callTarget(endpoint: string, path: string, query: readonly QueryEntry[]): CallTarget {
  const base = new URL(endpoint);
  const { origin, host, pathname } = new URL(base.origin + base.pathname.replace(/\/+$/, '') + path);
  const encoded = encodeQuery(query);
  return {
    url: `${origin}${pathname}${encoded === '' ? '' : `?${encoded}`}`,
    host,
    path: pathname,
    query: encoded,
  };
}

/** The query string, encoded by RFC 3986 and sorted by key, then value, as both families of signatures want it. */
export function encodeQuery(query: readonly QueryEntry[]): string {
  return query
    .map(([key, value]): [string, string] => [key, String(value)])
    .sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]))
    .map(([key, value]) => `${encodeRfc3986(key)}=${encodeRfc3986(value)}`)
    .join('&');
}

/** Percent-encodes the UTF-8 bytes of everything but RFC 3986's unreserved characters. */
export function encodeRfc3986(text: string): string {
  // Half a surrogate pair would make encodeURIComponent throw; by way of bytes it becomes U+FFFD.
  const wellFormed = Buffer.from(text, 'utf8').toString('utf8');
  return encodeURIComponent(wellFormed).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/**
 * One segment of a request's path, percent-encoded. Throws `UpstreamError` NOT_FOUND for what no path can name: `.`
 * and `..` lead elsewhere, even when encoded, and half a surrogate pair has no bytes.
 */
export function pathSegment(text: string): string {
  if (text === '.' || text === '..' || !text.isWellFormed()) throw new UpstreamError('NOT_FOUND');
  return encodeURIComponent(text);
}
