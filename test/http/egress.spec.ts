import dns from 'node:dns';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '@/config/load-config.js';
import { PROVIDER_SETTINGS } from '@/providers/provider-list.js';
import { makeAuthority, makeSignedCertificate, type CertificateFiles } from '../support/certificate.js';
import { ForwardProxy, type ForwardProxyOptions } from '../support/forward-proxy.js';
import { runGateway, startSimulator, type RunningGateway } from '../support/gateway.js';
import { ask } from '../support/http.js';

const LOGIN = 'gateway:proxy-word';
const TOKEN = 'token-of-iam';

const folder = mkdtempSync(join(tmpdir(), 'tributary-egress-'));
const filesOf = (name: string): CertificateFiles => ({
  key: join(folder, `${name}.key`),
  certificate: join(folder, `${name}.pem`),
});
const identityOf = (name: string): { key: Buffer; cert: Buffer } => ({
  key: readFileSync(filesOf(name).key),
  cert: readFileSync(filesOf(name).certificate),
});

const stops: (() => Promise<unknown>)[] = [];

beforeAll(() => {
  makeAuthority(filesOf('authority'));
  const authority = filesOf('authority');
  makeSignedCertificate(filesOf('server'), authority, ['cbr.example', 'iam.example', 'cbr.internal']);
  makeSignedCertificate(filesOf('proxy'), authority, ['localhost']);
  makeSignedCertificate(filesOf('gateway'), authority, ['gateway.example']);
});

afterEach(async () => {
  vi.restoreAllMocks();
  for (const stop of stops.splice(0).reverse()) await stop();
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function startProxy(options: ForwardProxyOptions): Promise<ForwardProxy> {
  const proxy = await new ForwardProxy(options).start();
  stops.push(() => proxy.stop());
  return proxy;
}

/** The simulator, and where a proxy finds its upstreams by names that nothing else resolves. */
async function simulated(): Promise<Record<string, string>> {
  const simulator = await startSimulator();
  stops.push(() => simulator.stop());
  const routes = Object.entries(simulator.urls).map(([name, url]) => [`${name}.example:80`, url] as const);
  return Object.fromEntries(routes);
}

/** The demo's configuration for upstreams that only a proxy finds. */
async function startDemo(env: Record<string, string>): Promise<RunningGateway> {
  const urls = ['css', 'cbr', 'cce', 'ocp', 'iam'].map((name): [string, string] => [
    `${name.toUpperCase()}_URL`,
    `http://${name}.example`,
  ]);
  const usual = { TRIBUTARY_HOST: '127.0.0.1', TRIBUTARY_PORT: '0', TRIBUTARY_LOG_LEVEL: 'info' };
  return start(join(process.cwd(), 'docs/demo.yaml'), { ...usual, ...Object.fromEntries(urls), ...env });
}

async function start(file: string, env: Record<string, string>): Promise<RunningGateway> {
  const config = loadConfig({ file, env, providers: PROVIDER_SETTINGS });
  const gateway = await runGateway({ ...config, server: { ...config.server, deadlineMs: 60_000 } });
  stops.push(() => gateway.stop());
  return gateway;
}

/** A gateway with one CBR source that logs in at IAM, and these keys. */
function startCbr(
  keys: string,
  env: Record<string, string> = {},
  origin = 'https://cbr.example',
): Promise<RunningGateway> {
  const file = join(folder, 'tributary.yaml');
  const iam = origin.replace('cbr.example', 'iam.example');
  writeFileSync(
    file,
    `sources:
  - id: backups
    provider: huawei-cbr
    endpoint: ${origin}
    projectId: p
    credentials: { type: password, iamEndpoint: '${iam}', domain: d, username: u, password: pw }
${keys.replace(/^(?=.)/gm, '    ')}
`,
  );
  return start(file, env);
}

/** CBR and IAM in one server: its URL, and whose certificates it saw. */
interface Upstream {
  readonly url: string;
  readonly clients: readonly string[];
}

async function startUpstream(isSecure = true, demandsCertificate = false): Promise<Upstream> {
  const clients: string[] = [];
  const ca = readFileSync(filesOf('authority').certificate);
  const options = { ...identityOf('server'), ca, requestCert: demandsCertificate };
  const server = isSecure ? createSecureServer(options, answer) : createServer(answer);
  server.on('secureConnection', (socket: TLSSocket) => {
    if (demandsCertificate) clients.push(String(socket.getPeerCertificate().subject.CN));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return {
    url: `${isSecure ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clients,
  };
}

function answer({ method, headers }: IncomingMessage, response: ServerResponse): void {
  if (method === 'POST') response.writeHead(201, { 'x-subject-token': TOKEN }).end('{"token":{}}');
  else if (headers['x-auth-token'] !== TOKEN) response.writeHead(401).end('{}');
  else response.writeHead(200).end('{"operation_logs":[],"count":0,"limit":1000,"offset":0}');
}

interface Listed {
  readonly name: string;
  readonly state: string;
  readonly cause: string | null;
}

async function statesOf({ url }: RunningGateway): Promise<(readonly [string, string | null])[]> {
  await ask(`${url}/v1/tasks`);
  const { body } = await ask(`${url}/v1/sources`);
  const { sources } = body as { sources: { feeds: Listed[] }[] };
  return sources.flatMap(({ feeds }) => feeds.map(({ state, cause }) => [state, cause] as const));
}

/** A proxy finds both upstreams in one server. */
function routesTo(url: string): Record<string, string> {
  const port = url.startsWith('https:') ? 443 : 80;
  return { [`cbr.example:${port}`]: url, [`iam.example:${port}`]: url };
}

/** Lets the names resolve to loopback. */
function resolveLocally(...names: readonly string[]): void {
  const lookup = dns.lookup as (host: string, options: object, done: (...result: unknown[]) => void) => void;
  vi.spyOn(dns, 'lookup').mockImplementation(((host: string, options: object, done: () => void) => {
    lookup(names.includes(host) ? '127.0.0.1' : host, options, done);
  }) as typeof dns.lookup);
}

describe('calls through a proxy', () => {
  it('reach all upstreams and IAM by the proxy of the environment, signed for the hosts of the upstreams', async () => {
    const routes = await simulated();
    const proxy = await startProxy({ routes, login: LOGIN });
    const states = await statesOf(await startDemo({ HTTP_PROXY: proxy.url }));
    expect(states.length).toBeGreaterThan(3);
    expect(states.filter(([state]) => state !== 'FRESH')).toEqual([]);
    const hosts = proxy.asked.map((line) => URL.parse(line.split(' ')[1] ?? '')?.host);
    expect([...new Set(hosts)].sort()).toEqual([
      'cbr.example',
      'cce.example',
      'css.example',
      'iam.example',
      'ocp.example',
    ]);
  }, 60_000);

  it('reach HTTPS servers and IAM by tunnels, with an authority and a certificate of the source', async () => {
    const upstream = await startUpstream(true, true);
    const proxy = await startProxy({ routes: routesTo(upstream.url), login: LOGIN });
    const files = 'ca: authority.pem\nclientCertificate: gateway.pem\nclientKey: gateway.key';
    const gateway = await startCbr(`proxy: ${proxy.url}\n${files}`);
    expect(await statesOf(gateway)).toEqual([['FRESH', null]]);
    expect(new Set(proxy.asked)).toEqual(new Set(['CONNECT cbr.example:443', 'CONNECT iam.example:443']));
    expect(new Set(upstream.clients)).toEqual(new Set(['gateway.example']));
  }, 60_000);

  it.each([
    ['https://cbr.example', 'CONNECT cbr.example:443'],
    ['http://cbr.example', 'GET http://cbr.example/v3/p/operation-logs'],
  ])(
    'reach %s by a proxy that speaks TLS',
    async (origin, asked) => {
      const { url } = await startUpstream(origin.startsWith('https:'));
      const proxy = await startProxy({ routes: routesTo(url), login: LOGIN, identity: identityOf('proxy') });
      const gateway = await startCbr(`proxy: ${proxy.url}\nca: authority.pem`, {}, origin);
      expect(await statesOf(gateway)).toEqual([['FRESH', null]]);
      const calls = proxy.asked.map((line) => line.split('?')[0]);
      expect(calls).toEqual([expect.stringContaining('iam.example'), asked]);
    },
    60_000,
  );

  it('use one tunnel again for the next call', async () => {
    const upstream = await startUpstream();
    const proxy = await startProxy({ routes: routesTo(upstream.url) });
    const gateway = await startCbr(`proxy: ${proxy.url}\nca: authority.pem\nminRefreshInterval: 1ms`);
    for (let times = 0; times < 3; times += 1) {
      expect((await ask(`${gateway.url}/v1/tasks`, { 'cache-control': 'no-cache' })).status).toBe(200);
    }
    expect(proxy.asked.filter((line) => line === 'CONNECT cbr.example:443')).toHaveLength(1);
  }, 60_000);
});

describe('calls without a proxy', () => {
  it('go direct to the hosts of NO_PROXY', async () => {
    const upstream = await startUpstream();
    const { port } = new URL(upstream.url);
    resolveLocally('cbr.internal');
    const proxy = await startProxy({ routes: routesTo(upstream.url) });
    const gateway = await startCbr(
      'ca: authority.pem',
      { HTTPS_PROXY: proxy.url, NO_PROXY: 'x.example, internal' },
      `https://cbr.internal:${port}`,
    );
    expect(await statesOf(gateway)).toEqual([['FRESH', null]]);
    expect(proxy.asked).toEqual([]);
  }, 60_000);

  it('go direct where the source says so, whatever the environment says', async () => {
    const upstream = await startUpstream();
    const { port } = new URL(upstream.url);
    resolveLocally('cbr.internal');
    const proxy = await startProxy({ routes: {} });
    const gateway = await startCbr(
      'ca: authority.pem\nproxy: none',
      { https_proxy: proxy.url },
      `https://cbr.internal:${port}`,
    );
    expect(await statesOf(gateway)).toEqual([['FRESH', null]]);
    expect(proxy.asked).toEqual([]);
  }, 60_000);

  it('trust a private authority only for the source that names it', async () => {
    const upstream = await startUpstream();
    const { port } = new URL(upstream.url);
    resolveLocally('cbr.internal');
    const gateway = await startCbr('proxy: none', {}, `https://cbr.internal:${port}`);
    expect(await statesOf(gateway)).toEqual([['FAILED', 'TLS_UNTRUSTED']]);
  }, 60_000);

  it('check the name in the certificate of a private authority, too', async () => {
    const upstream = await startUpstream();
    const { port } = new URL(upstream.url);
    resolveLocally('other.internal');
    const gateway = await startCbr('ca: authority.pem', {}, `https://other.internal:${port}`);
    expect(await statesOf(gateway)).toEqual([['FAILED', 'TLS_NAME']]);
  }, 60_000);
});
