import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { startGateway, startSimulator } from '../support/gateway.js';
import { describeInBrowser, launchChromium, PHONE } from './chromium.js';
import { legibilityOf, violationsOn, type Violation } from './page-checks.js';
import { SwaggerPage } from './swagger-page.js';

/** Passed only where something hangs: a busy machine may take long to draw a page. */
const HANGS_AFTER_MS = 240_000;
const SCHEMES = ['light', 'dark'] as const;
const PAGES = ['/problems', '/problems/invalid-parameter'];
const SMALLEST_TEXT = 12;

/** What is wrong with Swagger UI itself: the rules of axe that it breaks, and where. */
const OF_SWAGGER_UI: readonly { readonly rule: string; readonly target: RegExp }[] = [
  { rule: 'heading-order', target: /^#operations-tag-tasks$/ },
  { rule: 'landmark-unique', target: /^#get_\w+_responses$/ },
  { rule: 'nested-interactive', target: /\.opblock-summary-control$/ },
  { rule: 'region', target: /^\.information-container$/ },
  { rule: 'scrollable-region-focusable', target: /\.(microlight(\.example)?|curl)$/ },
  { rule: 'select-name', target: /select(\[multiple=""\])?$|\.examples-select-element$/ },
];

let browser: Browser;
let url: string;
let swagger: SwaggerPage | null = null;
/** What to stop in the end, the last started first. */
const stops: (() => Promise<void>)[] = [];

async function startAll(): Promise<void> {
  const simulator = await startSimulator({
    fleet: { cssClusters: 1, cssRowsPerCluster: 5, cbrRows: 5, cceClusters: 1, ocpTenants: 1 },
    life: { rate: 0 },
  });
  stops.unshift(simulator.stop);
  const gateway = await startGateway(simulator, { deadlineMs: 20_000 });
  stops.unshift(gateway.stop);
  url = gateway.url;
  browser = await launchChromium();
  stops.unshift(() => browser.close());
}

async function expectReadable(page: Page): Promise<void> {
  const { overflow, smallestText } = await legibilityOf(page);
  expect(overflow).toBe(0);
  expect(smallestText).toBeGreaterThanOrEqual(SMALLEST_TEXT);
}

/** Swagger UI takes the scheme of the system when that changes as well. */
async function expectSchemeFollowed(page: Page, now: 'light' | 'dark'): Promise<void> {
  const background = (): Promise<unknown> =>
    page.evaluate('getComputedStyle(document.querySelector(".swagger-ui")).backgroundColor');
  const before = await background();
  await page.emulateMedia({ colorScheme: now === 'light' ? 'dark' : 'light' });
  await page
    .locator(now === 'light' ? 'html.dark-mode' : 'html:not(.dark-mode)')
    .waitFor({ state: 'attached' });
  expect(await background()).not.toBe(before);
}

function ours(violations: readonly Violation[]): Violation[] {
  return violations.filter(
    (found) => !OF_SWAGGER_UI.some(({ rule, target }) => rule === found.rule && target.test(found.target)),
  );
}

describeInBrowser('on a phone', () => {
  vi.setConfig({ testTimeout: HANGS_AFTER_MS });
  beforeAll(startAll);
  afterAll(async () => {
    for (const stop of stops) await stop();
  });
  afterEach(async () => {
    await swagger?.close();
    swagger = null;
  });

  // Each opens Swagger UI at another of its paths.
  it.each([
    ['light', '/docs/index.html'],
    ['dark', '/docs'],
  ] as const)(
    'Swagger UI is readable in the %s scheme at %s, collapsed and expanded',
    async (colorScheme, path) => {
      swagger = await SwaggerPage.open(browser, url, { ...PHONE, colorScheme, path });
      const { page, troubles } = swagger;
      await expectReadable(page);
      await swagger.operation('getLiveness');
      const list = await swagger.operation('listTasks');
      await list.fill('pageSize', '1');
      expect((await list.execute()).status).toBe(200);
      await expectReadable(page);
      expect(ours(await violationsOn(page))).toEqual([]);
      expect(troubles).toEqual([]);
      await expectSchemeFollowed(page, colorScheme);
    },
  );

  it.each(SCHEMES.flatMap((scheme) => PAGES.map((path) => [scheme, path] as const)))(
    'in the %s scheme %s is readable',
    async (colorScheme, path) => {
      const page = await browser.newPage({ ...PHONE, colorScheme });
      page.setDefaultTimeout(HANGS_AFTER_MS);
      await page.goto(`${url}${path}`);
      await expectReadable(page);
      expect(await violationsOn(page)).toEqual([]);
      await page.close();
    },
  );
});
