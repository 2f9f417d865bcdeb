import dns from 'node:dns';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { makeCertificate } from '../../support/certificate.js';

/** A route to an upstream that a test can break and restore while the upstream works. */
export interface BreakableRoute {
  /** The address of the upstream by this route. */
  readonly url: string;
  /** New connections fail from now on; open ones stay open. */
  readonly shut: () => void;
  readonly open: () => void;
  readonly close: () => Promise<void>;
}

/** A name that nobody has (RFC 2606, section 2). */
const HOST = 'upstream.invalid';

/** By a name that this process can look up until the route is shut. */
export function openByName(url: string): Promise<BreakableRoute> {
  const usual = dns.lookup;
  let isKnown = true;
  const lookup = (...[host, ...rest]: Parameters<typeof usual>): void => {
    usual(host === HOST && isKnown ? '127.0.0.1' : host, ...rest);
  };
  Object.assign(dns, { lookup });
  return Promise.resolve({
    url: url.replace('127.0.0.1', HOST),
    shut: () => {
      isKnown = false;
    },
    open: () => {
      isKnown = true;
    },
    close: () => {
      Object.assign(dns, { lookup: usual });
      return Promise.resolve();
    },
  });
}

/** By TLS, with a certificate that this process trusts; a shut route has one that it does not trust. */
export async function openByTls(url: string): Promise<BreakableRoute> {
  const [own, others] = [certificateFor('localhost'), certificateFor(HOST)];
  const trusted = getCACertificates('default');
  setDefaultCACertificates([...trusted, own.cert]);
  const server = createServer(own, (incoming, response) => {
    pass(url, incoming, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    shut: () => {
      server.setSecureContext(others);
      server.closeAllConnections();
    },
    open: () => {
      server.setSecureContext(own);
    },
    close: async () => {
      setDefaultCACertificates(trusted);
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function certificateFor(host: string): { readonly key: string; readonly cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-route-'));
  const files = { key: join(folder, 'key.pem'), certificate: join(folder, 'certificate.pem') };
  makeCertificate(files, host);
  const identity = { key: readFileSync(files.key, 'utf8'), cert: readFileSync(files.certificate, 'utf8') };
  rmSync(folder, { recursive: true });
  return identity;
}

/** Passes a request on as it came: its Host is signed. */
function pass(url: string, incoming: IncomingMessage, response: ServerResponse): void {
  const { method, headers, url: path = '' } = incoming;
  const outgoing = request(`${url}${path}`, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  outgoing.once('error', () => response.destroy());
  incoming.pipe(outgoing);
}
