import { isIP, isIPv4 } from 'node:net';
import { scalar } from './shape.js';
import type { Shape } from './shape.js';
import { urlText } from './url-text.js';

const HTTP_URL = /^https?:\/\/[^\s/?#@\\]+(\/[^\s?#\\]*)?$/;

/** The base URL of an HTTP service, without a slash at its end. */
export function httpUrl(): Shape<string> {
  return scalar({
    allowed: 'an absolute http or https URL without credentials, query or fragment',
    schema: { type: 'string', pattern: HTTP_URL.source },
    show: hideUrlSecrets,
    parse: (node) => {
      const url = parseUrl(urlText(node), HTTP_URL);
      return url === null ? undefined : url.origin + url.pathname.replace(/\/+$/, '');
    },
  });
}

/** The URL of an issuer of tokens, letter for letter: it is compared with what its tokens contain. */
export function issuerUrl(): Shape<string> {
  return scalar({
    allowed:
      'an https URL (http on loopback only) without credentials, query or fragment, exactly as the issuer writes it in its tokens',
    schema: { type: 'string', pattern: HTTP_URL.source },
    show: hideUrlSecrets,
    parse: ({ value }) =>
      typeof value === 'string' && HTTP_URL.test(value) && isSafeUrl(value) ? value : undefined,
  });
}

/** True for https URLs, and for http URLs of this machine: nobody on the way can change what is read there. */
export function isSafeUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url?.protocol === 'https:') return true;
  return url?.protocol === 'http:' && isLoopback(url.hostname.replace(/^\[|\]$/g, ''));
}

function parseUrl(text: string | null, pattern: RegExp): URL | null {
  return text !== null && pattern.test(text) ? URL.parse(text) : null;
}

/** Everything before an at sign or in a query may be a credential, even when the rest is broken. */
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
