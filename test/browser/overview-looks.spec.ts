import { expect, it } from 'vitest';
import type { BrowserContextOptions } from 'playwright-core';
import { describeInBrowser, PHONE } from './chromium.js';
import { DESKTOP, type OverviewPage } from './overview-page.js';
import { OverviewSuite } from './overview-suite.js';
import { legibilityOf, violationsOn } from './page-checks.js';

/** As narrow as a page must work: 1280 px at 400 %. */
const NARROWEST: BrowserContextOptions = { ...PHONE, viewport: { width: 320, height: 640 } };
const LARGE = { VIOLATED: 1234, UNKNOWN: 12_345, OK: 123_456, NOT_EXPECTED: 12_345 };
const BLANK = '   ';

const suite = new OverviewSuite({
  ...{ cssClusters: 1, cssRowsPerCluster: 20, cbrRows: 200 },
  ...{ cceClusters: 1, ocpTenants: 2 },
});
const open = suite.open.bind(suite);

/** Changes what the gateway answers to a path, and loads the page anew. */
async function reloadWith<T>(page: OverviewPage, path: string, change: (body: T) => T): Promise<void> {
  await page.page.route(
    ({ pathname }) => pathname === path,
    async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: change((await response.json()) as T) });
    },
  );
  await page.page.reload();
  await page.loaded();
}

interface SentTasks {
  readonly tasks: readonly { readonly resource: object | null }[];
}
interface SentResources {
  readonly resources: readonly {
    readonly resourceId: string | null;
    readonly reasons: readonly { readonly code: string }[];
  }[];
}

describeInBrowser('the looks of the overview page', () => {
  suite.register();

  it.each([
    ['320 px', NARROWEST],
    ['390 px', PHONE],
    ['1280 px', DESKTOP],
  ])('large counts fit their cards, and the page its screen, at %s', async (_width, screen) => {
    const page = await open(screen);
    await reloadWith(page, '/v1/protection', (body: object) => ({ ...body, total: LARGE }));
    expect((await legibilityOf(page.page)).overflow).toBe(0);
    const cut = await page.page
      .locator('button.verdict')
      .evaluateAll((cards) =>
        (cards as unknown as { scrollWidth: number; clientWidth: number }[]).filter(
          ({ scrollWidth, clientWidth }) => scrollWidth > clientWidth,
        ),
      );
    expect(cut).toEqual([]);
    expect(await violationsOn(page.page)).toEqual([]);
  });

  it('bars are wide enough to be hit, and one stop of the Tab key', async () => {
    const page = await open(DESKTOP);
    const bars = page.page.locator('.bars td a');
    expect((await bars.first().boundingBox())?.width).toBeGreaterThanOrEqual(24);
    await page.tabTo('.bars a[data-column="0"]');
    await page.page.keyboard.press('ArrowRight');
    expect(await page.isFocused('.bars a[data-column="1"]')).toBe(true);
    await page.page.keyboard.press('End');
    expect(await page.isFocused(`.bars a[data-column="${(await bars.count()) - 1}"]`)).toBe(true);
    await page.page.keyboard.press('Tab');
    expect(await page.isFocused('.bars a')).toBe(false);
  });

  it('a resource whose name is blank has its id for a name', async () => {
    const page = await open(DESKTOP);
    const named = { name: BLANK, resourceId: 'id-1', lastSuccessTime: null, lagSeconds: null };
    await reloadWith(page, '/v1/resources', ({ resources, ...rest }: SentResources) => ({
      ...rest,
      resources: resources.map((resource) => ({ ...resource, ...named })),
    }));
    expect(await page.page.locator('.grid th a').first().textContent()).toBe('id-1');
    await reloadWith(page, '/v1/tasks', ({ tasks, ...rest }: SentTasks) => ({
      ...rest,
      tasks: tasks.map((task) => ({ ...task, resource: { name: BLANK, id: 'id-2' } })),
    }));
    expect(await page.page.locator('#panel-tasks tbody th').first().textContent()).toBe('id-2');
    expect(await violationsOn(page.page)).toEqual([]);
  });

  it('says "never" only of resources that have never been backed up', async () => {
    const page = await open(DESKTOP);
    const withReason = (code: string) => ({ code, message: 'A reason.' });
    await reloadWith(page, '/v1/resources', ({ resources, ...rest }: SentResources) => ({
      ...rest,
      resources: resources.map((resource, index) => ({
        ...{ ...resource, lastSuccessTime: null, lagSeconds: null },
        reasons: [withReason(index === 0 ? 'NEVER_RUN' : 'SOURCE_UNREADABLE')],
      })),
    }));
    expect((await page.texts('.grid td.last')).slice(0, 2)).toEqual(['never', 'none known']);
  });

  it('paper has no controls, no scrolled box, and says which rows it has', async () => {
    const page = await open(DESKTOP);
    const { page: tab } = page;
    expect(await tab.locator('.printed').isVisible()).toBe(false);
    await tab.emulateMedia({ media: 'print' });
    expect(await tab.locator('.printed').innerText()).toMatch(/^(All of|Rows 1 to) .*\d resources/);
    for (const control of ['.filters', '.paging button', '.bottom'])
      expect(await tab.locator(control).first().isVisible()).toBe(false);
    const box = await tab.locator('.grid-scroll').evaluate((element) => {
      const { scrollHeight, clientHeight } = element as unknown as Record<string, number>;
      return { scrollHeight, clientHeight };
    });
    expect(box.scrollHeight).toBe(box.clientHeight);
  });
});
