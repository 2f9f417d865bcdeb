import { isIP, isIPv4 } from 'node:net';
import { scalar } from './shape.js';
import type { Shape } from './shape.js';
import { urlText } from './url-text.js';
import { text } from './values.js';

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

/** Names that a browser on this machine has for it. */
export const LOOPBACK_NAMES: readonly string[] = ['localhost', '127.0.0.1', '::1'];

/** Segments of letters and marks that need no encoding; `/health` is answered outside the base path, too. */
const BASE_PATH = /^(?!\/health(?:\/|$))(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~-]{1,64}){1,8}$/;

/** The path under which a gateway is served. */
export function basePath(): Shape<string> {
  return text({
    allowed:
      'a path such as /backups: a slash before each part, none at the end, and letters, digits, - . _ ~ without . and .. as parts',
    pattern: BASE_PATH,
  });
}

/** An IP address or a range of them, such as `10.0.0.0/8`. */
export function networkAddress(): Shape<string> {
  return scalar({
    allowed: 'an IP address or a CIDR range such as 10.0.0.0/8',
    schema: { type: 'string', pattern: '^[0-9A-Fa-f.:]{2,45}(/[0-9]{1,3})?$' },
    parse: ({ value }) => (typeof value === 'string' && isNetwork(value) ? value : undefined),
  });
}

function isNetwork(value: string): boolean {
  const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(value) ?? [];
  const longest = { 4: 32, 6: 128 }[isIP(address)] ?? 0;
  return longest > 0 && (bits === undefined || (Number(bits) >= 1 && Number(bits) <= longest));
}

/** The host of a URL, in lower case and without brackets: one that `Host` names, without a port. */
export function hostName(): Shape<string> {
  return scalar({
    allowed: 'a host name or an IP address, without a port',
    schema: { type: 'string', pattern: '^[A-Za-z0-9.:\\[\\]-]{1,253}$' },
    parse: ({ value }) => {
      if (typeof value !== 'string') return undefined;
      const host = value.toLowerCase().replace(/^\[(.*)\]$/, '$1');
      return isIP(host) !== 0 || HOST_NAME.test(host) ? host : undefined;
    },
  });
}

const ORIGIN = /^https?:\/\/[^\s/?#@\\*]+$/;

/** The origin of a page, as browsers send it. */
export function origin(): Shape<string> {
  return scalar({
    allowed:
      'an origin such as https://dashboard.example.com, without a path; * is not one, name each origin',
    schema: { type: 'string', pattern: ORIGIN.source },
    parse: ({ value }) => {
      const url = typeof value === 'string' && ORIGIN.test(value) ? URL.parse(value) : null;
      return url?.origin;
    },
  });
}
