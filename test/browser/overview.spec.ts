import { describe, expect, it } from 'vitest';
import { ask } from '../support/http.js';
import type { SentPage } from '../support/tasks.js';
import { describeInBrowser, PHONE } from './chromium.js';
import { DESKTOP, numberIn, type OverviewPage } from './overview-page.js';
import { OverviewSuite } from './overview-suite.js';
import { legibilityOf, violationsOn } from './page-checks.js';

const SMALLEST_TEXT = 12;
const MOST_BYTES = 60_000;
const SCREENS = [
  ['desktop', DESKTOP],
  ['phone', PHONE],
] as const;

interface SentResource {
  readonly id: string;
  readonly name: string;
  readonly verdict: string;
  readonly days: readonly { readonly state: string; readonly taskId: string | null }[];
}
const NO_RESOURCE: SentResource = { id: '', name: '', verdict: '', days: [] };
interface SentResources {
  readonly resources: readonly SentResource[];
  readonly totalSize: number;
}
interface SentSummary {
  readonly groups: readonly {
    readonly key: { readonly status: string };
    readonly bucket: { readonly start: string };
    readonly count: number;
  }[];
}
interface SentSources {
  readonly sources: readonly {
    readonly id: string;
    readonly feeds: readonly { readonly taskCount: number }[];
  }[];
}

const suite = new OverviewSuite({
  ...{ cssClusters: 2, cssRowsPerCluster: 60, cbrRows: 400 },
  ...{ cceClusters: 1, cceRowsPerCluster: 20, ocpTenants: 3 },
});
const open = suite.open.bind(suite);

/** What the API says now to what the page asked. */
async function answerTo<T>(page: OverviewPage, start: string): Promise<T> {
  const path = page.lastAsked(start);
  expect(path).not.toBe('');
  const { status, body } = await ask(`${suite.url}${path}`);
  expect(status).toBe(200);
  return body as T;
}

describeInBrowser('the overview page', () => {
  suite.register();

  describe.each(SCREENS)('on a %s', (_name, screen) => {
    it('counts the verdicts as the API does', async () => {
      const page = await open(screen);
      const { total } = await answerTo<{ total: Record<string, number> }>(page, '/v1/protection');
      const shown = await Promise.all(
        Object.keys(total).map(async (verdict) => {
          const count = page.page.locator(`[data-verdict="${verdict}"] .count`);
          return [verdict, numberIn(await count.textContent())] as const;
        }),
      );
      expect(Object.fromEntries(shown)).toEqual(total);
      expect(total.VIOLATED).toBeGreaterThan(0);
      expect(total.UNKNOWN).toBeGreaterThan(0);
    });

    it('has the resources of the API, in its order, with the state of each day in the time zone of the reader', async () => {
      const page = await open(screen);
      const asked = new URLSearchParams(page.lastAsked('/v1/resources?').split('?')[1]);
      expect(Object.fromEntries(asked)).toMatchObject({
        timeZone: 'Europe/Berlin',
        days: screen === PHONE ? '14' : '30',
      });
      const { resources, totalSize } = await answerTo<SentResources>(page, '/v1/resources?');
      expect(await page.total('resources')).toBe(totalSize);
      const rows = await page.page.locator('.grid tr[data-row]').all();
      expect(rows.length).toBeGreaterThan(10);
      for (const [index, row] of rows.entries()) {
        const { name, verdict, days } = resources[index] ?? NO_RESOURCE;
        expect(await row.locator('th a').textContent()).toBe(name);
        expect(await row.getAttribute('data-verdict')).toBe(verdict);
        const states = await row
          .locator('[data-state]')
          .evaluateAll((cells) =>
            cells.map((cell) => (cell as unknown as { dataset: { state: string } }).dataset.state),
          );
        expect({ name, states }).toEqual({ name, states: days.map(({ state }) => state) });
      }
    });

    it('counts failures by day, running tasks, sources and tasks as the API does', async () => {
      const page = await open(screen);
      expect(page.lastAsked('/v1/tasks/summary?')).toContain('timeZone=Europe%2FBerlin');
      const { groups } = await answerTo<SentSummary>(page, '/v1/tasks/summary?');
      const byDay = new Map(groups.map(({ bucket }) => [bucket.start, 0]));
      for (const { key, bucket, count } of groups) {
        if (['FAILED', 'TIMED_OUT'].includes(key.status))
          byDay.set(bucket.start, (byDay.get(bucket.start) ?? 0) + count);
      }
      const bars = await page.texts('.bars td a span:not(.hidden)');
      expect(bars.map(Number)).toEqual([...byDay].sort().map(([, failed]) => failed));
      expect(bars.some((bar) => Number(bar) > 0)).toBe(true);

      const running = await answerTo<SentPage>(page, '/v1/tasks?status=RUNNING');
      expect(await page.total('running')).toBe(running.totalSize);
      expect(running.totalSize).toBeGreaterThan(0);
      const { sources } = await answerTo<SentSources>(page, '/v1/sources');
      expect(await page.total('sources')).toBe(sources.length);
      for (const { id, feeds } of sources) {
        const cells = await page.texts(`[data-source="${id}"] td.number`);
        const tasks = feeds.reduce((sum, { taskCount }) => sum + taskCount, 0);
        expect([id, ...cells.map(numberIn)]).toEqual([id, tasks, feeds.length]);
      }
      const list = await answerTo<SentPage>(page, '/v1/tasks?pageSize=25');
      expect(await page.total('tasks')).toBe(list.totalSize);
      const ids = page.page.locator('#panel-tasks tr[data-task]');
      expect(await ids.count()).toBe(25);
      expect(await ids.first().getAttribute('data-task')).toBe(list.tasks[0]?.id);
      expect(page.troubles).toEqual([]);
    });

    it.each(['light', 'dark'] as const)(
      'is accessible and legible in the %s scheme, with details open as well',
      async (colorScheme) => {
        const page = await open({ ...screen, colorScheme });
        const check = async (): Promise<void> => {
          expect(await violationsOn(page.page)).toEqual([]);
          const { overflow, smallestText } = await legibilityOf(page.page);
          expect(overflow).toBe(0);
          expect(smallestText).toBeGreaterThanOrEqual(SMALLEST_TEXT);
        };
        await check();
        await page.page.locator('.grid th a').first().click();
        await page.page.locator('dialog .facts').waitFor();
        await check();
        await page.page.locator('dialog .day-list a').first().click();
        await page.page.locator('dialog .facts dt', { hasText: 'Created' }).waitFor();
        await check();
        expect(page.troubles).toEqual([]);
      },
    );
  });

  it('sends less than 60 kB, compressed, before its first call of the API', async () => {
    const page = await suite.browser.newPage(DESKTOP);
    const sizes = new Map<string, Promise<number>>();
    page.on('requestfinished', (request) => {
      const { pathname } = new URL(request.url());
      if (pathname.startsWith('/v1/')) return;
      const size = request
        .sizes()
        .then(({ responseBodySize, responseHeadersSize }) => responseBodySize + responseHeadersSize);
      sizes.set(pathname, size);
    });
    await page.goto(suite.url);
    await page.locator('tr[data-row="0"]').waitFor();
    const sent = await Promise.all(sizes.values());
    expect([...sizes.keys()].filter((path) => path.startsWith('/assets/'))).toHaveLength(2);
    const bytes = sent.reduce((sum, size) => sum + size, 0);
    expect(bytes).toBeLessThan(MOST_BYTES);
    expect(bytes).toBeGreaterThan(10_000);
    await page.context().close();
  });

  it('can be used by keyboard alone', async () => {
    const page = await open();
    const { keyboard } = page.page;
    await page.tabTo('button.verdict[data-verdict="VIOLATED"]');
    await keyboard.press('Enter');
    await page.page.waitForURL(/\?verdict=VIOLATED$/);
    await page.page
      .locator('.grid tr[data-row]:not([data-verdict="VIOLATED"])')
      .first()
      .waitFor({ state: 'detached' });
    const { resources, totalSize } = await answerTo<SentResources>(page, '/v1/resources?');
    expect(await page.page.locator('.grid tr[data-row]').count()).toBe(totalSize);

    await page.tabTo('.grid th a');
    await keyboard.press('ArrowDown');
    await keyboard.press('End');
    const lastColumn = resources[1]?.days.length ?? 0;
    expect(await page.isFocused(`[data-row="1"] [data-column="${lastColumn}"]`)).toBe(true);
    await keyboard.press('Control+Home');
    await keyboard.press('Home');
    expect(await page.isFocused('[data-row="0"] [data-column="0"]')).toBe(true);

    await keyboard.press('Enter');
    await page.page.locator('dialog .facts').waitFor();
    expect(await page.page.locator('dialog h2').textContent()).toBe(resources[0]?.name);
    await keyboard.press('Escape');
    await page.page.locator('dialog').waitFor({ state: 'detached' });
    expect(await page.isFocused('[data-row="0"] [data-column="0"]')).toBe(true);

    const withTask = resources[0]?.days.findLastIndex(({ taskId }) => taskId !== null) ?? -1;
    await keyboard.press('End');
    for (let column = lastColumn; column > withTask + 1; column -= 1) await keyboard.press('ArrowLeft');
    await keyboard.press('Enter');
    await page.page.locator('dialog .facts').waitFor();
    expect(new URL(page.page.url()).searchParams.get('task')).toBe(resources[0]?.days[withTask]?.taskId);
    // The grid is one stop of the Tab key, however many cells it has.
    await keyboard.press('Escape');
    await page.page.locator('dialog').waitFor({ state: 'detached' });
    expect(await page.isFocused(`[data-row="0"] [data-column="${withTask + 1}"]`)).toBe(true);
    await keyboard.press('Tab');
    expect(await page.isFocused('.grid *')).toBe(false);
  });

  it('keeps filters in its address: they survive a reload, and "back" takes them back', async () => {
    const page = await open();
    const all = await page.total('tasks');
    const asksWith = (start: string): Promise<unknown> =>
      page.page.waitForResponse((answer) => answer.url().includes(start));
    await Promise.all([
      asksWith('/v1/tasks?status=FAILED'),
      page.page.locator('select[name="status"]').selectOption('FAILED'),
    ]);
    await Promise.all([asksWith('resourceName=db'), page.page.locator('input[name="taskName"]').fill('db')]);
    await page.page.waitForURL(/\?status=FAILED&taskName=db$/);
    await page.page.reload();
    await page.loaded();
    expect(await page.page.locator('select[name="status"]').inputValue()).toBe('FAILED');
    expect(await page.page.locator('input[name="taskName"]').inputValue()).toBe('db');
    const { totalSize } = await answerTo<SentPage>(page, '/v1/tasks?status=FAILED&resourceName=db');
    expect(await page.total('tasks')).toBe(totalSize);
    expect(totalSize).toBeGreaterThan(0);

    await page.page.goBack();
    await page.page.goBack();
    await page.page.waitForURL((url) => url.search === '');
    expect(await page.page.locator('select[name="status"]').inputValue()).toBe('');
    await page.page.locator('#panel-tasks .total', { hasText: all.toLocaleString('en-GB') }).waitFor();
  });

  it('goes through the pages of the list by token, and back', async () => {
    const page = await open();
    const ids = async (): Promise<(string | null)[]> => {
      const rows = await page.page.locator('#panel-tasks tr[data-task]').all();
      return Promise.all(rows.map((row) => row.getAttribute('data-task')));
    };
    const first = await ids();
    await page.page.locator('.paging button', { hasText: 'Next' }).click();
    await page.page.locator('.paging', { hasText: '26–50' }).waitFor();
    await page.page.locator(`[data-task="${first[0] ?? ''}"]`).waitFor({ state: 'detached' });
    const second = await answerTo<SentPage>(page, '/v1/tasks?pageSize=25&pageToken=');
    expect(await ids()).toEqual(second.tasks.map(({ id }) => id));
    await page.page.locator('.paging button', { hasText: 'Previous' }).click();
    await page.page.locator(`[data-task="${first[0] ?? ''}"]`).waitFor();
    expect(await ids()).toEqual(first);
  });

  it('begins the list anew where a page token is refused', async () => {
    const { page } = await open();
    await page.route('**/v1/tasks?**pageToken=**', (route) =>
      route.fulfill({
        status: 400,
        contentType: 'application/problem+json',
        body: JSON.stringify({ detail: 'pageToken: is not valid' }),
      }),
    );
    await page.getByRole('button', { name: 'Next' }).click();
    await page.locator('.paging', { hasText: '1–25 of' }).waitFor();
    await page.locator('#panel-tasks .failure').waitFor({ state: 'detached' });
    expect(await page.locator('#panel-tasks tr[data-task]').count()).toBe(25);
  });

  it('keeps its filters where a link has one that the gateway refuses', async () => {
    const { page } = await suite.begin({ ...DESKTOP, path: '/?source=zzz' });
    await page.locator('#panel-resources .failure', { hasText: 'zzz' }).waitFor();
    await page.locator('#panel-resources').getByRole('button', { name: 'Clear filters' }).click();
    await page.locator('#panel-resources tr[data-row="0"]:not(.waiting)').waitFor();
  });

  it('leaves what is typed as it is', async () => {
    const { page } = await open();
    const field = page.locator('#panel-resources input[name="name"]');
    await field.pressSequentially('orders ');
    await page.waitForURL(/name=orders$/);
    await field.pressSequentially('db');
    await page.waitForURL(/name=orders%20db$/);
    expect(await field.inputValue()).toBe('orders db');
  });

  it('a bar leads to the failed tasks of its day', async () => {
    const page = await open();
    const bars = page.page.locator('.bars td a');
    const counts = (await page.texts('.bars td a span:not(.hidden)')).map(Number);
    const day = counts.findIndex((count) => count > 0);
    await Promise.all([
      page.page.waitForResponse(
        (answer) => answer.url().includes('createdAfter=') && answer.url().includes('status=FAILED'),
      ),
      bars.nth(day).click(),
    ]);
    await page.page
      .locator('#panel-tasks .total', { hasText: new RegExp(`^${counts[day] ?? ''}$`) })
      .waitFor();
  });
});
