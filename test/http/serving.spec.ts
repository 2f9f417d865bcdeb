import { once } from 'node:events';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ServerConfig } from '@/config/config.js';
import {
  configFor,
  runGateway,
  startSimulator,
  type RunningGateway,
  type Simulator,
} from '../support/gateway.js';
import { until } from '../support/redis.js';

let simulator: Simulator;
let gateway: RunningGateway;
beforeAll(async () => {
  simulator = await startSimulator({ fleet: { cssClusters: 0, cbrRows: 8, cceClusters: 0, ocpTenants: 0 } });
});
afterEach(() => gateway.stop());
afterAll(() => simulator.stop());

async function start(server: Partial<ServerConfig>): Promise<void> {
  const config = configFor(simulator);
  gateway = await runGateway({ ...config, server: { ...config.server, ...server } });
}

interface Reply {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Unlike `fetch`, it can name another host. */
async function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Reply> {
  const sent = request(`${gateway.url}${path}`, { method, headers, agent: false }).end();
  const [message] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: message.statusCode, headers: message.headers, body: await text(message) };
}

async function logged(requestId: string): Promise<Record<string, unknown>> {
  const find = (): string | undefined => gateway.log.find((line) => line.includes(requestId));
  await until(() => find() !== undefined);
  return JSON.parse(find() ?? '{}') as Record<string, unknown>;
}

describe('a gateway that serves some hosts only', () => {
  const statusOf = async (host: string, more: Record<string, string> = {}): Promise<number | undefined> =>
    (await ask('/v1/providers', { host, ...more })).status;

  it('refuses other names with a problem that has a page', async () => {
    await start({ allowedHosts: ['backups.example.com', '::1'] });
    for (const host of [
      'backups.example.com',
      'BACKUPS.example.com:8443',
      'backups.example.com.',
      '[::1]:1',
    ]) {
      expect({ host, status: await statusOf(host) }).toEqual({ host, status: 200 });
    }
    for (const host of ['evil.example', '127.0.0.1', 'x.backups.example.com', '[::2]', 'a:1:2', '']) {
      expect({ host, status: await statusOf(host) }).toEqual({ host, status: 421 });
    }
    const refused = await ask('/v1/providers', { host: 'evil.example' });
    expect(JSON.parse(refused.body)).toMatchObject({ type: '/problems/misdirected-request', status: 421 });
    const page = await ask('/problems/misdirected-request', { host: 'backups.example.com' });
    expect(page.status).toBe(200);
  });

  it('answers probes and scrapers by address, but not by a name', async () => {
    await start({ allowedHosts: ['backups.example.com'] });
    for (const path of ['/health/live', '/health/ready', '/metrics']) {
      expect((await ask(path, { host: '10.1.2.3:3000' })).status).toBe(200);
      expect((await ask(path, { host: 'evil.example' })).status).toBe(421);
    }
  });

  it('counts what a trusted proxy forwards, and nothing that others do', async () => {
    await start({ allowedHosts: ['backups.example.com'], trustProxy: ['127.0.0.1'] });
    const forwarded = (name: string): Record<string, string> => ({ 'x-forwarded-host': name });
    expect(await statusOf('127.0.0.1:3000', forwarded('backups.example.com'))).toBe(200);
    expect(await statusOf('backups.example.com', forwarded('evil.example'))).toBe(421);
    expect(await statusOf('evil.example', forwarded('backups.example.com'))).toBe(421);
    await gateway.stop();
    await start({ allowedHosts: ['backups.example.com'], trustProxy: ['10.0.0.0/8'] });
    expect(await statusOf('127.0.0.1:3000', forwarded('backups.example.com'))).toBe(421);
    expect(await statusOf('backups.example.com', forwarded('evil.example'))).toBe(200);
  });
});

describe('the log', () => {
  it("has the client's address as a trusted proxy tells it, and else that of the connection", async () => {
    await start({ trustProxy: ['127.0.0.1/8', 'fd00::/8'] });
    for (const [id, forwarded, address] of [
      ['log-1', '203.0.113.9, 198.51.100.7, fd00::1', '198.51.100.7'],
      ['log-2', '2001:db8::5', '2001:db8::5'],
      ['log-3', `no address ${'x'.repeat(5_000)}`, '127.0.0.1'],
    ] as const) {
      await ask('/v1/providers', { 'x-request-id': id, 'x-forwarded-for': forwarded });
      expect((await logged(id)).address).toBe(address);
    }
    await gateway.stop();
    await start({});
    await ask('/v1/providers', { 'x-request-id': 'log-4', 'x-forwarded-for': '203.0.113.9' });
    expect((await logged('log-4')).address).toBe('127.0.0.1');
  });

  it('has a line for each answer, that of a probe for debugging', async () => {
    await start({});
    const { body } = await ask('/v1/sources/server-backups?', { 'x-request-id': 'line-1' });
    expect(await logged('line-1')).toMatchObject({
      level: 'info',
      method: 'GET',
      route: '/v1/sources/:source',
      path: '/v1/sources/server-backups',
      status: 200,
      bytes: Buffer.byteLength(body),
      msg: 'answered',
    });
    await ask('/v1/providers', { 'x-request-id': 'line-2' }, 'HEAD');
    expect((await logged('line-2')).bytes).toBe(0);
    for (const [index, path] of ['/health/live', '/health/ready', '/metrics'].entries()) {
      await ask(path, { 'x-request-id': `probe-${index}` });
      expect((await logged(`probe-${index}`)).level).toBe('debug');
    }
  });
});

const ORIGIN = 'https://dashboard.example.com';

describe('a page of another origin', () => {
  const preflight = (origin: string, path = '/v1/tasks'): Promise<Reply> =>
    ask(path, { origin, 'access-control-request-method': 'GET' }, 'OPTIONS');

  it('may read answers, errors included, where CORS allows it', async () => {
    await start({ corsOrigins: [ORIGIN, 'http://127.0.0.1:8080'] });
    for (const [path, status] of [
      ['/v1/tasks', 200],
      ['/v1/tasks?colour=red', 400],
      ['/nowhere', 404],
    ] as const) {
      const { status: answered, headers } = await ask(path, { origin: ORIGIN });
      expect(answered).toBe(status);
      expect(headers).toMatchObject({
        'access-control-allow-origin': ORIGIN,
        'cross-origin-resource-policy': 'cross-origin',
      });
      expect(headers['access-control-expose-headers']).toMatch(/\bETag\b.*\bLink\b.*\bRetry-After\b/);
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
    }
    const cached = await ask('/v1/tasks', { origin: 'http://127.0.0.1:8080' });
    expect(cached.headers['access-control-allow-origin']).toBe('http://127.0.0.1:8080');
    const same = await ask('/v1/tasks', { origin: ORIGIN, 'if-none-match': cached.headers.etag ?? '' });
    expect(same.status).toBe(304);
    expect(same.headers['access-control-allow-origin']).toBe(ORIGIN);
  });

  it('may send what the answer to its preflight says', async () => {
    await start({ corsOrigins: [ORIGIN] });
    const { status, headers, body } = await preflight(ORIGIN);
    expect({ status, body }).toEqual({ status: 204, body: '' });
    expect(headers['access-control-allow-methods']).toBe('GET, HEAD');
    expect(headers['access-control-allow-origin']).toBe(ORIGIN);
    for (const name of [
      'Authorization',
      'X-API-Key',
      'Cache-Control',
      'Prefer',
      'If-None-Match',
      'traceparent',
    ]) {
      expect(headers['access-control-allow-headers']?.split(', ')).toContain(name);
    }
    expect((await preflight(ORIGIN, '/nowhere')).status).toBe(404);
    expect((await ask('/v1/tasks', { origin: ORIGIN }, 'OPTIONS')).status).toBe(405);
  });

  it.each([
    ['a foreign one', [ORIGIN], 'https://evil.example'],
    ['one that begins alike', [ORIGIN], `${ORIGIN}.evil.example`],
    ['one without an origin of its own', [ORIGIN], 'null'],
    ['any, where none is configured', [], ORIGIN],
  ])('may not: %s', async (_what, corsOrigins, origin) => {
    await start({ corsOrigins });
    const { headers } = await ask('/v1/tasks', { origin });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
    expect((await preflight(origin)).status).toBe(405);
  });

  it('is named by Vary wherever answers depend on it', async () => {
    await start({ corsOrigins: [ORIGIN] });
    for (const path of ['/v1/tasks', '/v1/sources', '/nowhere', '/docs', '/health/live']) {
      for (const headers of [{}, { origin: ORIGIN }] as Record<string, string>[]) {
        expect((await ask(path, headers)).headers.vary?.split(', ')).toContain('Origin');
      }
    }
    expect((await ask('/v1/tasks')).headers.vary).toBe(
      'Authorization, Prefer, X-API-Key, Origin, Accept-Encoding',
    );
  });

  it('cannot force a read of the upstreams, unless CORS allows it', async () => {
    await start({ corsOrigins: [ORIGIN] });
    await ask('/v1/tasks');
    const isHit = async (headers: Record<string, string>): Promise<boolean> => {
      const { headers: answered } = await ask('/v1/tasks', { 'cache-control': 'no-cache', ...headers });
      return answered['cache-status']?.includes('; hit') === true;
    };
    expect(await isHit({ 'sec-fetch-site': 'cross-site' })).toBe(true);
    expect(await isHit({ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' })).toBe(true);
    expect(await isHit({ 'sec-fetch-site': 'cross-site', origin: ORIGIN })).toBe(false);
    expect(await isHit({ 'sec-fetch-site': 'same-origin' })).toBe(false);
    expect(await isHit({})).toBe(false);
  });
});

describe('every answer', () => {
  it('keeps browsers from guessing, framing, and lending it to other pages', async () => {
    await start({});
    for (const path of [
      '/v1/tasks',
      '/v1/tasks?colour=red',
      '/nowhere',
      '/docs',
      '/problems',
      '/health/live',
    ]) {
      const { headers } = await ask(path);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      });
      const policy = headers['content-security-policy'] ?? '';
      expect(policy).toMatch(/^default-src 'none'.*frame-ancestors 'none'/);
      expect(policy).not.toMatch(/unsafe/);
      expect(headers).not.toHaveProperty('strict-transport-security');
    }
    expect((await ask('/v1/tasks')).headers['content-security-policy']).toBe(
      "default-src 'none'; frame-ancestors 'none'",
    );
  });
});
