import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { complaintsOf } from './page-checks.js';

/** The longest wait for one thing in a page; passed only where something hangs. */
const PATIENCE_MS = 60_000;
/** Not that of the machine: days must be those of the reader. */
const READERS_ZONE = 'Europe/Berlin';

export const DESKTOP: BrowserContextOptions = { viewport: { width: 1280, height: 900 } };
/** The overview page in a browser, what it has asked for, and what went wrong. */
export class OverviewPage {
  /** The paths and queries that the page asked the API for, oldest first. */
  readonly asked: string[] = [];
  readonly troubles: readonly string[];

  private constructor(readonly page: Page) {
    this.troubles = watchTroubles(page);
    page.on('request', (request) => {
      const { pathname, search } = new URL(request.url());
      if (pathname.startsWith('/v1/')) this.asked.push(`${pathname}${search}`);
    });
  }

  /** Opens the page in a window that has nothing cached, without waiting for its data. */
  static async open(
    browser: Browser,
    gatewayUrl: string,
    { path = '/', ...screen }: BrowserContextOptions & { readonly path?: string } = {},
  ): Promise<OverviewPage> {
    const context = await browser.newContext({ timezoneId: READERS_ZONE, ...screen });
    context.setDefaultTimeout(PATIENCE_MS);
    const overview = new OverviewPage(await context.newPage());
    await overview.page.goto(`${gatewayUrl}${path}`);
    return overview;
  }

  close(): Promise<void> {
    return this.page.context().close();
  }

  /** Waits until every panel has its data. */
  async loaded(): Promise<this> {
    for (const panel of ['protection', 'resources', 'failures', 'running', 'sources', 'tasks']) {
      const shown = this.page.locator(`#panel-${panel}`);
      await shown.waitFor();
      await shown.locator('.loading').waitFor({ state: 'detached' });
    }
    await this.page.locator('tr[data-row="0"]:not(.waiting), #panel-resources .nothing').waitFor();
    return this;
  }

  /** The newest path that the page asked for which begins like this. */
  lastAsked(start: string): string {
    return this.asked.findLast((path) => path.startsWith(start)) ?? '';
  }

  panel(name: string): Locator {
    return this.page.locator(`#panel-${name}`);
  }

  /** The texts of all that a selector finds. */
  async texts(selector: string): Promise<string[]> {
    const texts = await this.page.locator(selector).allTextContents();
    return texts.map((text) => text.trim());
  }

  /** The number beside the heading of a panel. */
  async total(panel: string): Promise<number> {
    return numberIn(await this.panel(panel).locator('.note .total').textContent());
  }

  /** Presses Tab until the focus is on what a selector finds; throws where Tab does not lead there. */
  async tabTo(selector: string): Promise<void> {
    for (let presses = 0; presses < 80; presses += 1) {
      await this.page.keyboard.press('Tab');
      if (await this.isFocused(selector)) return;
    }
    throw new Error(`Tab does not lead to ${selector}`);
  }

  isFocused(selector: string): Promise<boolean> {
    return this.page.evaluate(`document.activeElement?.matches(${JSON.stringify(selector)}) ?? false`);
  }
}

/** Collects complaints of the console, uncaught errors, and answers that are errors. A 304 is none, nor is a call given up. */
function watchTroubles(page: Page): readonly string[] {
  const troubles = complaintsOf(page);
  page.on('response', (response) => {
    if (response.status() >= 400) troubles.push(`${response.status()}: ${response.url()}`);
  });
  return troubles;
}

/** A number as the page shows it. */
export function numberIn(text: string | null): number {
  return Number((text ?? '').replaceAll(',', ''));
}
