import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Browser } from 'playwright-core';
import { startGateway, startSimulator } from '../support/gateway.js';
import { FOREIGN_HOST, describeInBrowser, launchChromium } from './chromium.js';
import { SwaggerPage, watchTroubles, type Operation, type ShownAnswer } from './swagger-page.js';

interface ShownTask {
  readonly id: string;
  readonly provider: string;
  readonly source: string;
  readonly status: string;
}

interface ShownProblem {
  readonly type: string;
  readonly errors: readonly { parameter: string; detail: string }[];
}

const SMALL_FLEET = { cssClusters: 1, cssRowsPerCluster: 60, cbrRows: 300, cceClusters: 1, ocpTenants: 3 };
const PROVIDERS = ['huawei-cbr', 'huawei-cce', 'huawei-css', 'oceanbase-ocp'];
/** Passed only where something hangs: a busy machine may take long to draw a page. */
const HANGS_AFTER_MS = 120_000;

let browser: Browser;
let url: string;
/** One page for all: to load it takes longer than all that is asked of it. Each test empties what it filled. */
let swagger: SwaggerPage;
/** What to stop in the end, the last started first. */
const stops: (() => Promise<void>)[] = [];

async function startAll(): Promise<void> {
  const simulator = await startSimulator({ fleet: SMALL_FLEET, life: { rate: 0 } });
  stops.unshift(simulator.stop);
  const gateway = await startGateway(simulator, {
    sources: (sources) => sources.map((source) => ({ ...source, freshForMs: 60 * 60_000 })),
  });
  stops.unshift(gateway.stop);
  url = gateway.url;
  browser = await launchChromium();
  stops.unshift(() => browser.close());
  swagger = await SwaggerPage.open(browser, url.replace('127.0.0.1', FOREIGN_HOST));
}

async function stopAll(): Promise<void> {
  for (const stop of stops) await stop();
}

/** The list of tasks, asking for few: Swagger UI takes long to draw many. */
async function shortList(): Promise<Operation> {
  const operation = await swagger.operation('listTasks');
  await operation.fill('pageSize', '5');
  return operation;
}

const tasksIn = ({ body }: ShownAnswer): readonly ShownTask[] =>
  (JSON.parse(body) as { tasks: readonly ShownTask[] }).tasks;

const problemIn = (text: string): ShownProblem => JSON.parse(text) as ShownProblem;

function valuesOf(answer: ShownAnswer, field: keyof ShownTask): string[] {
  return [...new Set(tasksIn(answer).map((task) => task[field]))];
}

describeInBrowser('Swagger UI in a browser', () => {
  vi.setConfig({ testTimeout: HANGS_AFTER_MS });
  beforeAll(startAll);
  afterAll(stopAll);

  it('loads without an error and without requests to other hosts, under any host name', async () => {
    const { page, requests, troubles } = swagger;
    await page.waitForLoadState('networkidle');
    expect(await page.title()).toBe('Tributary');
    expect(await page.locator('.info .title').textContent()).toMatch(/^Tributary/);
    expect(troubles).toEqual([]);
    expect([...new Set(requests.map((request) => new URL(request).hostname))]).toEqual([FOREIGN_HOST]);
  });

  it('lists all operations by tag, the tasks first', async () => {
    expect(await swagger.operations()).toEqual([
      ['tasks', ['GET /v1/tasks', 'GET /v1/tasks/{id}', 'GET /v1/tasks/summary']],
      ['resources', ['GET /v1/resources', 'GET /v1/resources/{id}', 'GET /v1/protection']],
      ['sources', ['GET /v1/sources', 'GET /v1/sources/{source}', 'GET /v1/providers']],
      ['operations', ['GET /health/live', 'GET /health/ready', 'GET /metrics']],
    ]);
  });

  it('shows tasks when only Execute is pressed, and finds one by its id', async () => {
    const list = await swagger.operation('listTasks');
    const listed = await list.execute();
    expect(listed.url.search).toBe('?orderBy=createTime%20desc&pageSize=50');
    expect(Object.keys(listed.headers)).not.toContain('prefer');
    expect(listed.status).toBe(200);
    expect(tasksIn(listed)).toHaveLength(50);
    expect(JSON.parse(listed.body)).toMatchObject({ unreachable: [], completeness: { complete: true } });
    const [task] = tasksIn(listed);
    const operation = await swagger.operation('getTask');
    await operation.fill('id', task?.id ?? '');
    const found = await operation.execute();
    expect(found.status).toBe(200);
    expect(JSON.parse(found.body)).toEqual(task);
    expect(swagger.troubles).toEqual([]);
  });

  it('shows an answer of the other operations when only Execute is pressed', async () => {
    for (const id of ['listProviders', 'getLiveness', 'getMetrics']) {
      const operation = await swagger.operation(id);
      expect([id, (await operation.execute()).status]).toEqual([id, 200]);
    }
    expect(swagger.troubles).toEqual([]);
  });

  it('marks a path parameter that is missing, and finds a source once it is given', async () => {
    const operation = await swagger.operation('getSource');
    await operation.press();
    await operation.invalid().waitFor();
    await operation.fill('source', 'kubernetes');
    const found = await operation.execute();
    expect(found.status).toBe(200);
    expect(JSON.parse(found.body)).toMatchObject({ id: 'kubernetes', provider: 'huawei-cce' });
  });

  it('sends nothing for fields that were filled and emptied again', async () => {
    const operation = await swagger.operation('listTasks');
    for (const name of ['resourceName', 'createdAfter', 'pageSize', 'Prefer']) {
      await operation.fill(name, '1');
      await operation.fill(name, '');
    }
    for (const [name, value] of Object.entries({ status: 'FAILED', orderBy: 'endTime asc' })) {
      await operation.select(name, value);
      await operation.select(name, '');
    }
    const { status, url: asked, headers } = await operation.execute();
    expect(status).toBe(200);
    expect(asked.search).toBe('');
    expect(Object.keys(headers)).not.toContain('prefer');
  });

  it('filters by the statuses chosen', async () => {
    const operation = await shortList();
    await operation.select('status', 'FAILED');
    expect(valuesOf(await operation.execute(), 'status')).toEqual(['FAILED']);
    await operation.select('status', 'FAILED', 'TIMED_OUT');
    const both = await operation.execute();
    expect(both.url.searchParams.getAll('status')).toEqual(['FAILED', 'TIMED_OUT']);
    expect(both.status).toBe(200);
    await operation.select('status');
  });

  it('offers the providers and sources that the gateway knows, and takes several or none', async () => {
    const operation = await shortList();
    for (const [name, known, chosen] of [
      ['provider', PROVIDERS, ['huawei-cbr', 'huawei-css']],
      [
        'source',
        ['search-logs', 'server-backups', 'kubernetes', 'oceanbase'],
        ['search-logs', 'server-backups'],
      ],
    ] as const) {
      expect((await operation.choices(name)).filter((choice) => choice !== '--')).toEqual(known);
      await operation.select(name, ...chosen);
      const both = await operation.execute();
      expect(both.url.searchParams.getAll(name)).toEqual(chosen);
      expect(chosen).toEqual(expect.arrayContaining(valuesOf(both, name)));
      await operation.select(name);
    }
    const emptied = await operation.execute();
    expect(emptied.status).toBe(200);
    expect(emptied.url.search).toBe('?pageSize=5');
  });

  it('marks an invalid value, and shows the problem where only the gateway can check it', async () => {
    const operation = await shortList();
    const asked = swagger.requests.length;
    await operation.fill('pageSize', '-1');
    await operation.press();
    await operation.invalid().waitFor();
    expect(await operation.invalid().getAttribute('placeholder')).toBe('pageSize');
    await operation.fill('pageSize', '1');
    await operation.fill('createdAfter', '2026-02-30T00:00:00Z');
    const { status, body } = await operation.execute();
    expect(swagger.requests.length).toBe(asked + 1);
    expect(status).toBe(400);
    expect(problemIn(body).type).toBe('/problems/invalid-parameter');
    expect(problemIn(body).errors).toHaveLength(1);
    expect(problemIn(body).errors[0]?.detail).toMatch(/^"2026-02-30T00:00:00Z" is not valid/);
  });

  it('shows the problem to a browser that follows a link with a bad value', async () => {
    const page = await browser.newPage();
    const response = await page.goto(`${url}/v1/tasks?pageSize=-1`);
    expect(response?.status()).toBe(400);
    expect(problemIn(await page.locator('body').innerText())).toMatchObject({
      type: '/problems/invalid-parameter',
      errors: [{ parameter: 'pageSize', detail: '"-1" is not valid; use a whole number from 0 on' }],
    });
  });

  it('links the description to a page for each kind of problem', async () => {
    const docs = swagger.page;
    // Swagger UI opens links in a tab of their own.
    const [page] = await Promise.all([
      docs.waitForEvent('popup'),
      docs.getByRole('link', { name: 'each kind of problem' }).click(),
    ]);
    const troubles = watchTroubles(page);
    await page.getByRole('link', { name: 'invalid-parameter' }).click();
    await page.getByRole('heading', { name: 'A parameter is not valid' }).waitFor();
    await page.waitForLoadState('networkidle');
    expect(new URL(page.url()).pathname).toBe('/problems/invalid-parameter');
    expect(await page.locator('body').innerText()).toContain('HTTP status: 400');
    expect(troubles).toEqual([]);
  });
});
