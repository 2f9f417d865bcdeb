import { isIP, isIPv4 } from 'node:net';
import { scalar } from './shape.js';
import type { Shape } from './shape.js';

const HTTP_URL = /^https?:\/\/[^\s/?#@\\]+(\/[^\s?#\\]*)?$/;

/** The base URL of an HTTP service, without a slash at its end. */
export function httpUrl(): Shape<string> {
  return scalar({
    allowed: 'an absolute http or https URL without credentials, query or fragment',
    schema: { type: 'string', pattern: HTTP_URL.source },
    show: hideUrlSecrets,
    parse: ({ value }) => {
      const url = parseUrl(value, HTTP_URL);
      return url === null ? undefined : url.origin + url.pathname.replace(/\/+$/, '');
    },
  });
}

const REDIS_URL = /^rediss?:\/\/([^\s/?#@]*@)?[^\s/?#@]+(\/\d{0,4})?(\?[^\s#]*)?$/;

/** The URL of a Redis, as written. It is never shown: without its at sign a password looks like a host. */
export function redisUrl(): Shape<string> {
  return scalar({
    allowed: 'a URL such as redis://127.0.0.1:6379 or rediss://user:password@redis.example:6380/0',
    schema: { type: 'string', pattern: REDIS_URL.source },
    secret: true,
    parse: ({ value }) => (parseUrl(value, REDIS_URL) === null ? undefined : String(value)),
  });
}

function parseUrl(value: unknown, pattern: RegExp): URL | null {
  return typeof value === 'string' && pattern.test(value) ? URL.parse(value) : null;
}

/** Whatever stands before an at sign or in a query may be a credential, however broken the rest is. */
function hideUrlSecrets(text: string): string {
  return text.replace(/^.*@/s, '(hidden)@').replace(/[?#].*$/s, '?(hidden)');
}

const HOST_NAME =
  /^(?=.{1,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/** An address to listen on. */
export function listenHost(): Shape<string> {
  return scalar({
    allowed: 'an IP address or a host name',
    schema: { type: 'string', pattern: '^[A-Za-z0-9.:-]{1,253}$' },
    parse: ({ value }) =>
      typeof value === 'string' && (isIP(value) !== 0 || HOST_NAME.test(value)) ? value : undefined,
  });
}

/** True for the addresses that only this machine reaches: 127.0.0.0/8, ::1 and localhost. */
export function isLoopback(host: string): boolean {
  if (isIPv4(host)) return host.startsWith('127.');
  if (host.toLowerCase() === 'localhost') return true;
  return isIP(host) === 6 && URL.parse(`http://[${host}]`)?.hostname === '[::1]';
}
