import type { Proxies, ProxyAddress } from '@/model/egress.js';
import type { ProblemLog } from './problem-log.js';
import { scalar } from './shape.js';
import type { Shape } from './shape.js';
import type { Environment } from './substitution.js';
import { mayHaveLogin, urlText } from './url-text.js';

const PROXY_URL = /^https?:\/\/([^\s/?#@\\]+@)?[^\s/?#@\\]+\/?$/;

const URL_RULE =
  'http://proxy.example:3128 (https: for a proxy that speaks TLS), with user:password@ before the host if needed (% @ : / ? # in them as %25 %40 %3A %2F %3F %23)';

/** The URL of a proxy, or `none`. It is shown only where it has no login. */
export function proxy(): Shape<ProxyAddress | 'none'> {
  return scalar({
    allowed: `none, or ${URL_RULE}`,
    schema: { anyOf: [{ const: 'none' }, { type: 'string', pattern: PROXY_URL.source }] },
    secret: mayHaveLogin,
    parse: (node) => (node.value === 'none' ? 'none' : (parseProxy(urlText(node) ?? '') ?? undefined)),
  });
}

/** Null for anything but the URL of a proxy. */
function parseProxy(text: string): ProxyAddress | null {
  const url = PROXY_URL.test(text) ? URL.parse(text) : null;
  if (url === null) return null;
  const { protocol, hostname, port, username, password } = url;
  const login = decode(`${username}:${password}`);
  if (login === null || (protocol !== 'http:' && protocol !== 'https:')) return null;
  return {
    protocol,
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
    authorization: login === ':' ? null : `Basic ${Buffer.from(login).toString('base64')}`,
  };
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** All calls go through the proxy, or none does. */
export function proxiesOf(chosen: ProxyAddress | 'none'): Proxies {
  const proxy = chosen === 'none' ? null : chosen;
  return { http: proxy, https: proxy, exceptions: [] };
}

/** As in Go: what the environment says is meant for other machines. */
const THIS_MACHINE = ['localhost', '127.0.0.0/8', '::1'];

/** The proxies that the environment names, by the rules of curl and Go. */
export function proxiesFrom(env: Environment, problems: ProblemLog): Proxies {
  const [, noProxy = ''] = variable(env, 'no_proxy') ?? [];
  return {
    http: proxyFrom(env, 'http_proxy', problems),
    https: proxyFrom(env, 'https_proxy', problems),
    exceptions: [...THIS_MACHINE, ...noProxy.split(/[\s,]+/).filter((entry) => entry !== '')],
  };
}

function proxyFrom(env: Environment, name: string, problems: ProblemLog): ProxyAddress | null {
  const found = variable(env, name);
  if (found === null) return null;
  const [spelled, value] = found;
  const address = parseProxy(value.includes('://') ? value : `http://${value}`);
  if (address === null) {
    problems.noteFile(
      `the environment variable ${spelled} is not the address of a proxy; use ${URL_RULE}, or set proxy in the file`,
    );
  }
  return address;
}

/** In lower case first; an empty variable counts as not set. */
function variable(env: Environment, name: string): readonly [name: string, value: string] | null {
  for (const spelled of [name, name.toUpperCase()]) {
    const value = env[spelled];
    if (value !== undefined && value !== '') return [spelled, value];
  }
  return null;
}
