import { proxy } from './proxy-keys.js';
import { optional } from './section.js';
import type { Keys } from './section.js';
import { text } from './values.js';

const file = (content: string) =>
  text({ allowed: `the path of a PEM file with ${content}, relative to the configuration file` });

/** How the calls of a source go out. */
export const EGRESS_KEYS = {
  proxy: optional(proxy(), {
    description:
      'The proxy for all calls of this source, log-ins included. `none`: no proxy. Default: the top-level `proxy`.',
    example: 'none',
  }),
  ca: optional(file('certificates'), {
    description:
      'The authorities that this source trusts, in addition to the usual ones and those of `NODE_EXTRA_CA_CERTS`.',
    example: 'company-ca.pem',
  }),
  clientCertificate: optional(file('a certificate'), {
    description: 'The certificate that the source shows to servers that ask for one. Requires `clientKey`.',
    example: 'gateway.pem',
  }),
  clientKey: optional(file('a private key'), {
    description: 'The private key of `clientCertificate`, without a passphrase.',
    example: 'gateway.key',
  }),
} as const satisfies Keys;

/** The proxy of all sources that have none of their own. */
export const PROXY_KEY = optional(proxy(), {
  description:
    'The proxy for all calls of sources without a `proxy` of their own. `none`: no proxy. Default: the environment variables `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`.',
  example: 'http://proxy.example:3128',
});
