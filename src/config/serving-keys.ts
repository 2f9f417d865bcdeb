import { basePath, hostName, listenHost, networkAddress, origin } from './addresses.js';
import { listOf } from './list.js';
import { optional, required, section, withDefault } from './section.js';
import type { Keys } from './section.js';
import { integer, text } from './values.js';

const path = (noun: string) => text({ allowed: `the path of ${noun}`, pattern: /^.{1,4096}$/ });

export const TLS_KEYS = {
  cert: required(path('a PEM file'), {
    description:
      'The file of the certificate, with the intermediate certificates after it. Relative to the configuration file.',
    example: '/run/secrets/tls/tls.crt',
  }),
  key: required(path('a PEM file'), {
    description: 'The file of the private key, without a passphrase. Relative to the configuration file.',
    example: '/run/secrets/tls/tls.key',
  }),
} as const satisfies Keys;

export const CORS_KEYS = {
  origins: required(listOf('origins', origin()), {
    description: 'The origins whose pages may read answers. Each is compared as a whole.',
    example: ['https://dashboard.example.com'],
  }),
} as const satisfies Keys;

/** What the gateway listens on: the first keys of `server`. */
export const LISTENING_KEYS = {
  host: withDefault(listenHost(), '127.0.0.1', {
    description:
      'The address to listen on. Any other than 127.0.0.0/8, ::1 and localhost needs a top-level `auth`.',
  }),
  port: withDefault(integer({ min: 0, max: 65_535 }), 3000, {
    description: 'The port to listen on. 0: any free port.',
  }),
} as const satisfies Keys;

/** Where the gateway stands, and how it is reached: keys of `server`. */
export const SERVING_KEYS = {
  basePath: optional(basePath(), {
    description:
      'The path under which a reverse proxy serves the gateway. Links, documents and Swagger UI follow. Every other path is a 404, except /health. Default: the root.',
    example: '/backups',
  }),
  trustProxy: optional(listOf('IP addresses and CIDR ranges', networkAddress()), {
    description:
      'The proxies whose `X-Forwarded-For`, `X-Forwarded-Host` and `X-Forwarded-Proto` are believed. Default: none.',
    example: ['127.0.0.1', '10.0.0.0/8', 'fd00::/8'],
  }),
  allowedHosts: optional(listOf('host names', hostName()), {
    description:
      'The names that requests may have in `Host`, with any port; others get a 421. Default: the loopback names if the server is on loopback and there is no `auth`, else any.',
    example: ['backups.example.com'],
  }),
  tls: optional(section('a map', TLS_KEYS), {
    description:
      'Serves HTTPS (TLS 1.2 and newer) with this certificate. The files are read again when they change. Default: HTTP.',
    example: { cert: '/run/secrets/tls/tls.crt', key: '/run/secrets/tls/tls.key' },
  }),
  cors: optional(section('a map', CORS_KEYS), {
    description: 'Which pages of other origins may read answers in a browser. Default: none.',
    example: { origins: ['https://dashboard.example.com'] },
  }),
} as const satisfies Keys;
