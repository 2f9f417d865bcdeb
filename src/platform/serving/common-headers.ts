import type { ServerConfig } from '@/config/config.js';

/** Keep browsers from guessing, framing, and loading anything. Pages for people have a policy of their own. */
const SECURITY_HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
};

/** A browser that has been here by HTTPS uses nothing else for a year. Behind a proxy, that is for the proxy to say. */
const HSTS = { 'strict-transport-security': 'max-age=31536000' };

/** What pages of an allowed origin may read besides the body. */
const EXPOSED = [
  ...['Age', 'Allow', 'Cache-Status', 'Content-Disposition', 'ETag', 'Link', 'Preference-Applied'],
  ...['RateLimit', 'RateLimit-Policy', 'Retry-After', 'Server-Timing', 'WWW-Authenticate', 'X-Request-Id'],
  ...['Tributary-Complete', 'Tributary-Total-Size'],
].join(', ');

type Headers = Readonly<Record<string, string>>;

/** The headers that every answer has, made once for callers of each allowed origin and once for all others. */
export class CommonHeaders {
  readonly #usual: Headers;
  readonly #byOrigin: ReadonlyMap<string, Headers>;

  constructor({ tls, corsOrigins }: Pick<ServerConfig, 'tls' | 'corsOrigins'>) {
    const security = { ...SECURITY_HEADERS, ...(tls !== null && HSTS) };
    const vary = corsOrigins.length > 0 && { vary: 'Origin' };
    this.#usual = { ...security, ...vary };
    this.#byOrigin = new Map(
      corsOrigins.map((origin) => [origin, { ...security, ...vary, ...readableBy(origin) }]),
    );
  }

  /** True where answers differ by the origin of the page that asks. */
  get dependOnOrigin(): boolean {
    return this.#byOrigin.size > 0;
  }

  /** True for the origin of a page that may read answers. */
  allows(origin: string | undefined): origin is string {
    return origin !== undefined && this.#byOrigin.has(origin);
  }

  /** The headers of an answer to a request with, or without, an `Origin`. */
  for(origin: string | undefined): Headers {
    return (origin === undefined ? undefined : this.#byOrigin.get(origin)) ?? this.#usual;
  }
}

function readableBy(origin: string): Headers {
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': EXPOSED,
    'cross-origin-resource-policy': 'cross-origin',
  };
}
