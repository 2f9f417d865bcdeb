import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenAPIObject } from '@nestjs/swagger';
import {
  configFor,
  runGateway,
  startSimulator,
  type RunningGateway,
  type Simulator,
} from '../support/gateway.js';
import { ask } from '../support/http.js';
import { until } from '../support/redis.js';
import type { SentPage, SentProblem } from '../support/tasks.js';

let simulator: Simulator;
let gateway: RunningGateway;
beforeAll(async () => {
  simulator = await startSimulator({ fleet: { cssClusters: 0, cbrRows: 8, cceClusters: 0, ocpTenants: 0 } });
  const config = configFor(simulator);
  gateway = await runGateway({ ...config, server: { ...config.server, basePath: '/ops/backups' } });
});
afterAll(async () => {
  await gateway.stop();
  await simulator.stop();
});

const get = (path: string): ReturnType<typeof ask> => ask(`${gateway.url}${path}`);

describe('a gateway with a base path', () => {
  it('answers below it, and its links lead through the whole list', async () => {
    const seen: string[] = [];
    let next: string | undefined = '/ops/backups/v1/tasks?pageSize=3';
    while (next !== undefined) {
      const answer = await get(next);
      seen.push(...(answer.body as SentPage).tasks.map(({ id }) => id));
      const link = answer.headers.get('link') ?? '';
      expect(link).toContain('</ops/backups/v1/tasks?pageSize=3>; rel="first"');
      expect(link).toContain('</ops/backups/openapi.json>; rel="service-desc"');
      next = /<([^>]*)>; rel="next"/.exec(link)?.[1];
    }
    expect(new Set(seen).size).toBe(8);
    const task = await get(`/ops/backups/v1/tasks/${seen[0] ?? ''}`);
    expect(task.headers.get('link')).toBe('</ops/backups/openapi.json>; rel="service-desc"');
  });

  it('names problems and what was asked for as the client sees them', async () => {
    const { body } = await get('/ops/backups/v1/tasks?colour=red');
    const problem = body as SentProblem;
    expect(problem).toMatchObject({
      type: '/ops/backups/problems/invalid-parameter',
      instance: '/ops/backups/v1/tasks?colour=red',
    });
    expect((await get(problem.type)).status).toBe(200);
    for (const path of ['/ops/backups/nothing', '/ops/backups/v1/nothing']) {
      const detail = 'There is no such path. GET /ops/backups/docs lists them.';
      expect(await get(path)).toMatchObject({ status: 404, body: { detail } });
    }
  });

  it('has it in its documents', async () => {
    const { body } = await get('/ops/backups/openapi.json');
    const document = body as OpenAPIObject;
    expect(document.servers).toEqual([{ url: '/ops/backups', description: 'This gateway' }]);
    expect(document.info.description).toContain('](/ops/backups/problems)');
    expect(Object.keys(document.paths)).toContain('/v1/tasks');
  });

  it('has the overview page below a slash, where its relative links hold', async () => {
    const bare = await get('/ops/backups?verdict=OK');
    expect([bare.status, bare.headers.get('location')]).toEqual([308, '/ops/backups/?verdict=OK']);
    const page = await get('/ops/backups/');
    const links = [...page.text.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(4);
    for (const link of links) {
      const { pathname } = new URL(link, `${gateway.url}/ops/backups/`);
      expect([link, (await get(pathname)).status]).toEqual([link, 200]);
    }
  });

  it.each(['/v1/tasks', '/', '/docs', '/openapi.json', '/metrics', '/ops', '/ops/backups2/v1/tasks'])(
    'answers %s, which is outside it, like any path that does not exist',
    async (path) => {
      const { status, body } = await get(path);
      expect(status).toBe(404);
      expect(body).toMatchObject({ type: '/ops/backups/problems/not-found', instance: path });
    },
  );

  it('answers health with and without it', async () => {
    for (const path of ['/health/live', '/health/ready', '/ops/backups/health/live']) {
      expect({ path, status: (await get(path)).status }).toEqual({ path, status: 200 });
    }
    expect((await ask(`${gateway.url}/health/live`, {}, 'POST')).status).toBe(405);
    expect((await get('/health/nothing')).status).toBe(404);
  });

  it('keeps it in the log, but not in the routes of the metrics', async () => {
    await ask(`${gateway.url}/ops/backups/v1/providers`, { 'x-request-id': 'base-path-1' });
    await until(() => gateway.log.some((line) => line.includes('base-path-1')));
    const line = gateway.log.find((each) => each.includes('base-path-1')) ?? '{}';
    expect(JSON.parse(line)).toMatchObject({ path: '/ops/backups/v1/providers', route: '/v1/providers' });
    expect((await get('/ops/backups/metrics')).text).toContain('http_route="/v1/providers"');
  });
});
