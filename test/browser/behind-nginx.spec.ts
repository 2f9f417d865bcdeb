import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { configFor, runGateway, startSimulator, type RunningGateway } from '../support/gateway.js';
import { ask } from '../support/http.js';
import { hasNginx, NO_NGINX, startNginx, type ReverseProxy } from '../support/nginx.js';
import type { SentPage, SentProblem } from '../support/tasks.js';
import { FOREIGN_HOST, describeInBrowser, launchChromium } from './chromium.js';
import { SwaggerPage, watchTroubles } from './swagger-page.js';

const isSkipped = !hasNginx() && !process.env.CI;
if (isSkipped) process.stderr.write(`${NO_NGINX} They are skipped.\n`);

/** Passed only where something hangs: a busy machine may take long to draw a page. */
const HANGS_AFTER_MS = 240_000;
const BASE_PATH = '/ops/backups';

let gateway: RunningGateway;
let proxy: ReverseProxy;
/** What to stop in the end, the last started first. */
const stops: (() => Promise<void>)[] = [];

async function startAll(): Promise<void> {
  if (!hasNginx()) throw new Error(NO_NGINX);
  const simulator = await startSimulator({
    fleet: { cssClusters: 1, cssRowsPerCluster: 5, cbrRows: 12, cceClusters: 1, ocpTenants: 1 },
    life: { rate: 0 },
  });
  stops.unshift(simulator.stop);
  const config = configFor(simulator);
  const server = {
    ...config.server,
    basePath: BASE_PATH,
    trustProxy: ['127.0.0.1'],
    allowedHosts: ['127.0.0.1', FOREIGN_HOST],
  };
  gateway = await runGateway({ ...config, server });
  stops.unshift(gateway.stop);
  proxy = await startNginx(gateway.url, BASE_PATH);
  stops.unshift(proxy.stop);
}

const suite = isSkipped ? describe.skip : describe;

suite('behind nginx, under a path', () => {
  vi.setConfig({ testTimeout: HANGS_AFTER_MS });
  beforeAll(startAll);
  afterAll(async () => {
    for (const stop of stops) await stop();
  });

  it('the links of the list lead through all of it', async () => {
    const seen: string[] = [];
    let totalSize = 0;
    let next: string | undefined = `${BASE_PATH}/v1/tasks?pageSize=7`;
    while (next !== undefined) {
      const { status, body, headers } = await ask(`${proxy.url}${next}`);
      expect(status).toBe(200);
      const page = body as SentPage;
      totalSize = page.totalSize;
      seen.push(...page.tasks.map(({ id }) => id));
      next = /<([^>]*)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
    }
    expect(totalSize).toBeGreaterThan(12);
    expect(new Set(seen).size).toBe(totalSize);
  });

  it('a problem leads to its page', async () => {
    const { status, body } = await ask(`${proxy.url}${BASE_PATH}/v1/tasks?pageSize=-1`);
    const { type, instance } = body as SentProblem;
    expect({ status, instance }).toEqual({ status: 400, instance: `${BASE_PATH}/v1/tasks?pageSize=-1` });
    const page = await ask(`${proxy.url}${type}`);
    expect(page.status).toBe(200);
    expect(page.text).toContain('A parameter is not valid');
  });

  describeInBrowser('in a browser', () => {
    it.each([BASE_PATH, `${BASE_PATH}/`])(
      'the overview page loads at %s, and asks for nothing outside',
      async (path) => {
        const browser = await launchChromium();
        try {
          const origin = proxy.url.replace('127.0.0.1', FOREIGN_HOST);
          const page = await browser.newPage();
          const asked: string[] = [];
          page.on('request', (request) => asked.push(request.url()));
          await page.goto(`${origin}${path}?status=FAILED`);
          await page.locator('[data-verdict="OK"] .count').waitFor();
          await page.locator('#panel-tasks .total').waitFor();
          expect(page.url()).toBe(`${origin}${BASE_PATH}/?status=FAILED`);
          expect(asked.filter((url) => !url.startsWith(`${origin}${BASE_PATH}`))).toEqual([]);
        } finally {
          await browser.close();
        }
      },
    );

    it('Swagger UI loads, executes a call, and leads to the pages of problems', async () => {
      const browser = await launchChromium();
      try {
        const origin = proxy.url.replace('127.0.0.1', FOREIGN_HOST);
        const swagger = await SwaggerPage.open(browser, origin, { path: `${BASE_PATH}/docs` });
        const list = await swagger.operation('listTasks');
        const { url, status } = await list.execute();
        expect({ status, path: url.pathname }).toEqual({ status: 200, path: `${BASE_PATH}/v1/tasks` });
        const [page] = await Promise.all([
          swagger.page.waitForEvent('popup'),
          swagger.page.getByRole('link', { name: 'each kind of problem' }).click(),
        ]);
        const troubles = watchTroubles(page);
        await page.getByRole('link', { name: 'misdirected-request' }).click();
        await page.getByRole('heading', { name: 'The host is not served here' }).waitFor();
        await page.waitForLoadState('networkidle');
        expect(new URL(page.url()).pathname).toBe(`${BASE_PATH}/problems/misdirected-request`);
        // The policy of each page is kept: Chromium complains on the console where it is not.
        expect([...swagger.troubles, ...troubles]).toEqual([]);
        expect(swagger.requests.every((request) => request.startsWith(`${origin}${BASE_PATH}/`))).toBe(true);
      } finally {
        await browser.close();
      }
    });
  });
});
