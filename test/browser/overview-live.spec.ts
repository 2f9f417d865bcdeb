import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { Browser, Request } from 'playwright-core';
import {
  startGateway,
  startSimulator,
  type GatewayOptions,
  type RunningGateway,
  type Simulator,
} from '../support/gateway.js';
import { ask } from '../support/http.js';
import { authWith, keyOf } from '../support/keys.js';
import { describeInBrowser, launchChromium } from './chromium.js';
import { DESKTOP, numberIn, OverviewPage } from './overview-page.js';
import { violationsOn } from './page-checks.js';

/** Passed only where something hangs: a busy machine may take long to draw a page. */
const HANGS_AFTER_MS = 240_000;
const ROUND_MS = 15_000;
/** As many rows as fit the view, and the spare ones around it. */
const MOST_ROWS = 60;

let browser: Browser;
let simulator: Simulator;
let gateway: RunningGateway;
let overview: OverviewPage | null = null;

async function start(options: GatewayOptions = {}): Promise<void> {
  gateway = await startGateway(simulator, {
    sources: (sources) => sources.map((source) => ({ ...source, freshForMs: 60 * 60_000 })),
    ...options,
  });
}

async function open(path = '/'): Promise<OverviewPage> {
  overview = await OverviewPage.open(browser, gateway.url, { ...DESKTOP, path });
  return overview;
}

async function answer<T>(path: string, headers: Record<string, string> = {}): Promise<T> {
  return (await ask(`${gateway.url}${path}`, headers)).body as T;
}

interface SentProtection {
  readonly total: Record<string, number>;
  readonly unreachable: readonly string[];
}
interface SentResources {
  readonly resources: readonly { readonly name: string }[];
  readonly totalSize: number;
}

describeInBrowser('the overview page while things happen', () => {
  vi.setConfig({ testTimeout: HANGS_AFTER_MS });
  beforeAll(async () => {
    simulator = await startSimulator({
      fleet: { cssClusters: 1, cssRowsPerCluster: 20, cbrRows: 60, cceClusters: 1, ocpTenants: 2 },
      protectionCases: true,
      life: { rate: 0 },
    });
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    await simulator.stop();
  });
  afterEach(async () => {
    await overview?.close();
    overview = null;
    await gateway.stop();
    await simulator.setFault('cbr', null);
  });

  it('says at the top which source could not be read, and what is unknown because of it', async () => {
    await simulator.setFault('cbr', 'error-500');
    await start();
    const protection = await answer<SentProtection>('/v1/protection');
    expect(protection.unreachable).toEqual(['sources/server-backups/feeds/operation-logs']);
    const page = await (await open()).loaded();
    const notice = page.page.locator('.notice');
    expect(await notice.textContent()).toContain('1 of 4 sources could not be read in full: server-backups.');
    expect(await page.page.locator('[data-verdict="UNKNOWN"] .count').textContent()).toBe(
      String(protection.total.UNKNOWN),
    );
    expect(protection.total.UNKNOWN).toBeGreaterThan(0);
    const source = page.page.locator('[data-source="server-backups"]');
    expect(await source.textContent()).toMatch(/Failed.*never read.*UPSTREAM_ERROR.*HTTP 500/);
    const unknown = page.page.locator('.grid tr[data-verdict="UNKNOWN"] [data-state]');
    expect(await unknown.first().getAttribute('data-state')).toBe('UNKNOWN');
    expect(await page.page.locator('.bars td.unseen').count()).toBeGreaterThan(0);
    expect(await violationsOn(page.page)).toEqual([]);
  });

  it('asks for a key where one is needed, and keeps it for the tab only', async () => {
    const keys = [
      { id: 'ops', scopes: ['tasks:read', 'sources:read'] as const, sources: null },
      { id: 'reader', scopes: ['tasks:read'] as const, sources: null },
    ];
    await start({ auth: authWith(keys) });
    const page = await open();
    const field = page.page.locator('#key');
    await field.waitFor();
    expect(await page.isFocused('#key')).toBe(true);
    expect(await violationsOn(page.page)).toEqual([]);

    await field.fill('with a space');
    await page.page.keyboard.press('Enter');
    await page.page.getByRole('alert').filter({ hasText: 'without spaces' }).waitFor();
    await field.fill(keyOf('nobody'));
    await page.page.keyboard.press('Enter');
    await page.page.getByRole('alert').filter({ hasText: 'does not accept this key' }).waitFor();
    await field.fill(keyOf('ops'));
    await page.page.keyboard.press('Enter');
    await page.loaded();
    const { total } = await answer<SentProtection>('/v1/protection', { 'x-api-key': keyOf('ops') });
    expect(await page.page.locator('[data-verdict="OK"] .count').textContent()).toBe(String(total.OK));

    await page.page.reload();
    await page.loaded();
    expect(page.page.url()).not.toContain(keyOf('ops'));
    expect(await page.page.evaluate('localStorage.length + document.cookie.length')).toBe(0);
    await page.page.getByRole('button', { name: 'Forget the key' }).click();
    await field.waitFor();
    expect(await page.page.evaluate('sessionStorage.length')).toBe(0);

    await field.fill(keyOf('reader'));
    await page.page.keyboard.press('Enter');
    const sources = page.panel('sources');
    await sources.locator('.failure', { hasText: 'sources:read' }).waitFor();
    await page.panel('tasks').locator('tr[data-task]').first().waitFor();
  });

  it('shows nothing of what another key could see', async () => {
    const keys = [
      { id: 'ops', scopes: ['tasks:read'] as const, sources: null },
      { id: 'dba', scopes: ['tasks:read'] as const, sources: ['oceanbase'] },
    ];
    await start({ auth: authWith(keys) });
    const { page } = await open();
    await page.locator('#key').fill(keyOf('ops'));
    await page.keyboard.press('Enter');
    await overview?.loaded();
    await page.getByRole('button', { name: 'Forget the key' }).click();
    // The answer of the list never comes.
    await page.route('**/v1/resources?**', () => undefined);
    await page.locator('#key').fill(keyOf('dba'));
    await page.keyboard.press('Enter');
    await page.locator('[data-source="oceanbase"], #panel-protection .headline').first().waitFor();
    expect(await page.locator('.grid tr[data-row]:not(.waiting)').count()).toBe(0);
    expect(await page.locator('#panel-resources .loading').count()).toBe(1);
  });

  it('does not say that nothing is expected where nothing could be read', async () => {
    const feeds = ['css', 'cbr', 'cce', 'ocp'] as const;
    for (const feed of feeds) await simulator.setFault(feed, 'error-500');
    try {
      await start({ protection: { resources: [] } });
      const { page } = await open();
      const headline = page.locator('#panel-protection .headline');
      await headline.waitFor();
      expect(await headline.textContent()).toBe(
        'Nothing is known yet of what should be protected: not all sources could be read.',
      );
      await page.locator('#panel-resources .nothing', { hasText: 'No resource is known yet' }).waitFor();
    } finally {
      for (const feed of feeds) await simulator.setFault(feed, null);
    }
  });

  it('goes by the clock of the gateway where that of the machine is wrong', async () => {
    await start();
    const page = await open();
    await page.page.clock.install({ time: Date.now() - 30 * 3_600_000 });
    await page.page.reload();
    await page.loaded();
    const minutes = [0, 60_000].map((ago) =>
      new Date(Date.now() - ago).toLocaleTimeString('en-GB', { timeZone: 'Europe/Berlin' }).slice(0, 5),
    );
    const shown = /Updated (\d\d:\d\d)/.exec((await page.page.locator('.state').textContent()) ?? '')?.[1];
    expect(minutes).toContain(shown);
  });

  it('asks again every 15 seconds, only while it is seen, and forces no read of the upstreams', async () => {
    await start();
    const page = await open();
    await page.loaded();
    await page.close();
    overview = await OverviewPage.open(browser, gateway.url, { ...DESKTOP, path: '/docs' });
    const { page: tab } = overview;
    await tab.clock.install();
    const requests: Request[] = [];
    tab.on('request', (request) => {
      if (new URL(request.url()).pathname.startsWith('/v1/')) requests.push(request);
    });
    await tab.goto(gateway.url);
    await overview.loaded();
    const perRound = 6;
    const settled = async (): Promise<void> => {
      await Promise.all(requests.map((request) => request.response()));
    };
    await settled();
    const before = requests.length;
    await Promise.all([
      tab.waitForResponse((response) => response.url().includes('/v1/sources')),
      tab.clock.fastForward(ROUND_MS + 1_000),
    ]);
    await settled();
    const round = requests.slice(before);
    expect(round.length).toBe(perRound);
    const statuses = await Promise.all(round.map(async (request) => (await request.response())?.status()));
    expect(statuses.filter((status) => status === 304).length).toBeGreaterThanOrEqual(3);
    for (const request of requests) {
      const headers = await request.allHeaders();
      expect([request.url(), headers['cache-control'], headers.pragma]).toEqual([
        request.url(),
        'no-transform',
        undefined,
      ]);
    }

    await tab.evaluate(setVisibility('hidden'));
    const hidden = requests.length;
    await tab.clock.runFor(10 * ROUND_MS);
    expect(requests.length).toBe(hidden);
    await Promise.all([
      tab.waitForResponse((response) => response.url().includes('/v1/sources')),
      tab.evaluate(setVisibility('visible')),
      tab.clock.runFor(1_000),
    ]);
  });

  it('says that the gateway does not answer, keeps what it knows, and asks less often', async () => {
    await start();
    const page = await (await open()).loaded();
    const ok = await page.page.locator('[data-verdict="OK"] .count').textContent();
    await page.page.route('**/v1/**', (route) =>
      route.fulfill({
        status: 503,
        headers: { 'retry-after': '120', 'content-type': 'application/problem+json' },
        body: JSON.stringify({ detail: 'The gateway is overloaded. Retry after the time in Retry-After.' }),
      }),
    );
    await page.page.waitForResponse(
      (response) => response.url().includes('/v1/sources') && response.status() === 503,
    );
    await page.page.locator('.state', { hasText: 'does not answer in full' }).waitFor();
    await page.panel('protection').locator('.failure', { hasText: 'overloaded' }).waitFor();
    expect(await page.page.locator('[data-verdict="OK"] .count').textContent()).toBe(ok);
    const asked = page.asked.length;
    // What the reader does asks at once; by itself the page waits as long as it was asked to.
    await page.page.locator('select[name="verdict"]').selectOption('OK');
    await page.panel('resources').locator('.failure', { hasText: 'overloaded' }).waitFor();
    expect(page.asked.slice(asked).every((path) => path.startsWith('/v1/resources?'))).toBe(true);
  });

  it('draws few rows of 5,000 resources, and reaches the last', async () => {
    const many = Array.from({ length: 5_000 }, (_, index) => ({
      ...{ source: 'server-backups', type: 'OS::Nova::Server', id: null },
      name: `server-${String(index).padStart(4, '0')}`,
    }));
    await start({ protection: { resources: many } });
    const page = await (await open()).loaded();
    const total = await page.total('resources');
    expect(total).toBeGreaterThan(5_000);
    expect(await page.page.locator('.grid').getAttribute('aria-rowcount')).toBe(String(total + 1));

    const most = { rows: 0 };
    for (let step = 1; step <= 20; step += 1) {
      await page.page.evaluate(scrollTo(step / 20));
      most.rows = Math.max(most.rows, await page.page.locator('.grid tr[data-row]').count());
    }
    const last = page.page.locator(`.grid tr[data-row="${total - 1}"]:not(.waiting)`);
    await last.waitFor();
    expect(most.rows).toBeGreaterThan(0);
    expect(most.rows).toBeLessThanOrEqual(MOST_ROWS);
    expect(await last.getAttribute('aria-rowindex')).toBe(String(total + 1));
    const end = await answer<SentResources>(`/v1/resources?pageSize=10&page=${Math.ceil(total / 10)}`);
    expect(await last.locator('th a').textContent()).toBe(end.resources.at(-1)?.name);
    // All pages after the first are of one walk: they are judged at one moment.
    const pages = page.asked.filter(
      (path) => path.startsWith('/v1/resources?') && path.includes('pageToken='),
    );
    expect(pages.length).toBe(Math.ceil((total - 100) / 500));
    expect(numberIn(await page.page.locator('.grid').getAttribute('aria-rowcount'))).toBe(total + 1);

    await page.page.locator('.grid tr[data-row] [data-column="0"]').last().focus();
    await page.page.keyboard.press('Control+Home');
    await page.page.locator('.grid tr[data-row="0"] [data-column="0"]:focus').waitFor();
    expect(await violationsOn(page.page)).toEqual([]);
  });
});

/** Runs in the page: scrolls the grid to a share of its length, and resolves once it is drawn there. */
function scrollTo(share: number): string {
  return `(() => {
    const scroller = document.querySelector('.grid-scroll');
    scroller.scrollTop = (scroller.scrollHeight - scroller.clientHeight) * ${share};
    return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  })()`;
}

/** Runs in the page: hides it, or shows it again. */
function setVisibility(state: 'hidden' | 'visible'): string {
  return `Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => '${state}' });
    document.dispatchEvent(new Event('visibilitychange'));`;
}
