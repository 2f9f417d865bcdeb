import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Scope } from '@/model/scope.js';
import { DOCUMENT } from '../support/document.js';
import { startGateway, startSimulator, type RunningGateway, type Simulator } from '../support/gateway.js';
import { ask } from '../support/http.js';
import { authWith, keyOf } from '../support/keys.js';

/** What each operation needs; `none`: it is open to everyone. */
const NEEDED: Readonly<Record<string, Scope | 'none'>> = {
  '/v1/tasks': 'tasks:read',
  '/v1/tasks/summary': 'tasks:read',
  '/v1/tasks/{id}': 'tasks:read',
  '/v1/resources': 'tasks:read',
  '/v1/resources/{id}': 'tasks:read',
  '/v1/protection': 'tasks:read',
  '/v1/providers': 'tasks:read',
  '/v1/sources': 'sources:read',
  '/v1/sources/{source}': 'sources:read',
  '/metrics': 'metrics:read',
  '/health/live': 'none',
  '/health/ready': 'none',
};

/** Paths that are no operations of the document. */
const OPEN_PAGES = ['/', '/docs', '/openapi.json', '/openapi.yaml', '/problems', '/problems/forbidden'];

const EVERY_SCOPE: readonly Scope[] = [
  'tasks:read',
  'tasks:raw',
  'sources:read',
  'sources:refresh',
  'metrics:read',
];

const SCOPED = Object.entries(NEEDED).filter((entry): entry is [string, Scope] => entry[1] !== 'none');

let simulator: Simulator;
let gateway: RunningGateway;
beforeAll(async () => {
  simulator = await startSimulator();
  const keys = EVERY_SCOPE.map((scope) => ({ id: scope, scopes: [scope], sources: null }));
  gateway = await startGateway(simulator, { auth: authWith(keys) });
});
afterAll(async () => {
  await gateway.stop();
  await simulator.stop();
});

const urlOf = (path: string): string =>
  gateway.url + path.replace('{id}', 'search-logs.no-such-task').replace('{source}', 'search-logs');

describe('the scopes', () => {
  it('are stated for every operation of the document', () => {
    expect(Object.keys(DOCUMENT.paths).sort()).toEqual(Object.keys(NEEDED).sort());
    for (const [path, scope] of Object.entries(NEEDED)) {
      const schemes = scope === 'none' ? undefined : [{ apiKey: [scope] }, { bearer: [scope] }];
      const operation = DOCUMENT.paths[path]?.get as { security?: unknown } | undefined;
      expect([path, operation?.security]).toEqual([path, schemes]);
    }
  });

  it.each(SCOPED)('are asked for at %s, which needs %s', async (path, needed) => {
    const without = await ask(urlOf(path));
    expect(without.status).toBe(401);
    expect(without.headers.get('www-authenticate')).toBe('Bearer realm="tributary"');
    expect(without.body).toMatchObject({ type: '/problems/unauthenticated', status: 401 });

    for (const scope of EVERY_SCOPE) {
      const { status, body, headers } = await ask(urlOf(path), { 'x-api-key': keyOf(scope) });
      if (scope === needed) {
        expect([200, 404]).toContain(status);
        continue;
      }
      expect([scope, status]).toEqual([scope, 403]);
      expect(body).toMatchObject({
        type: '/problems/forbidden',
        detail: `This needs the scope ${needed}, which the credential does not have.`,
      });
      expect(headers.get('www-authenticate')).toContain(`scope="${needed}"`);
    }
  });

  it.each([...OPEN_PAGES, '/health/live', '/health/ready'])('are not asked for at %s', async (path) => {
    expect((await ask(urlOf(path))).status).toBe(200);
  });

  it('are known of every route that the server has', () => {
    const open = /^\/($|assets\/|docs|openapi\.|problems|health\/|favicon)/;
    const routes = routesOf(gateway).filter((url) => !open.test(url));
    const paths = routes.map((url) => url.replace(/:(\w+)/g, '{$1}'));
    expect(paths.sort()).toEqual(SCOPED.map(([path]) => path).sort());
  });
});

/** The paths that answer GET, from the tree of routes that Fastify prints: four characters for each level. */
function routesOf({ app }: RunningGateway): string[] {
  const tree = app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false });
  const parts: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const { indent = '', part = '', methods } = LINE.exec(line)?.groups ?? {};
    parts.splice(indent.length / 4, Infinity, part);
    return methods?.split(', ').includes('GET') === true ? [parts.join('')] : [];
  });
}

const LINE = /^(?<indent>(?:[│ ] {3})*)[├└]── (?<part>\S*)(?: \((?<methods>[^)]*)\))?/u;

describe('a credential', () => {
  const list = (headers: Record<string, string>) => ask(`${gateway.url}/v1/tasks?pageSize=1`, headers);
  const key = keyOf('tasks:read');

  it('is taken as X-API-Key and as Authorization: Bearer', async () => {
    expect((await list({ 'x-api-key': key })).status).toBe(200);
    expect((await list({ authorization: `Bearer ${key}` })).status).toBe(200);
    expect((await list({ authorization: `bearer ${key}`, 'x-api-key': key })).status).toBe(200);
  });

  it.each([
    ['an unknown key', { 'x-api-key': keyOf('unknown') }],
    [
      'two different ones',
      { 'x-api-key': keyOf('tasks:read'), authorization: `Bearer ${keyOf('tasks:raw')}` },
    ],
    ['HTTP Basic', { authorization: 'Basic YTpi' }],
    ['the hash of a key', { 'x-api-key': createHash('sha256').update(keyOf('tasks:read')).digest('hex') }],
    ['an unsigned token', { authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.' }],
  ])('is refused: %s', async (_name, headers) => {
    const { status, body, headers: sent } = await list(headers);
    expect(status).toBe(401);
    expect(body).toMatchObject({ type: '/problems/unauthenticated' });
    expect(sent.get('www-authenticate')).toContain('Bearer realm="tributary"');
  });

  it('is named in the log by its id, and never shown', async () => {
    await list({ 'x-api-key': key });
    await list({ 'x-api-key': keyOf('unknown') });
    const log = gateway.log.join('');
    expect(log).toContain('"principal":"tasks:read"');
    expect(log).toContain('"why":"unknown-key"');
    expect(log).not.toContain(key);
    expect(log).not.toContain(keyOf('unknown'));
  });
});

describe('raw records', () => {
  it('need a scope of their own', async () => {
    const { status, body } = await ask(`${gateway.url}/v1/tasks?include=raw`, {
      'x-api-key': keyOf('tasks:read'),
    });
    expect(status).toBe(403);
    expect(body).toMatchObject({ detail: expect.stringContaining('tasks:raw') });
  });
});

describe('readiness', () => {
  it('tells the status word to everyone, and the parts to those who may read sources', async () => {
    const open = await ask(`${gateway.url}/health/ready`);
    expect(Object.keys(open.body as object)).toEqual(['status']);
    const { body } = await ask(`${gateway.url}/health/ready`, { 'x-api-key': keyOf('sources:read') });
    expect(Object.keys(body as object).sort()).toEqual(['degraded', 'status']);
  });
});
