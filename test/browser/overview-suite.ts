import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { startGateway, type RunningGateway } from '../support/gateway.js';
import { ask } from '../support/http.js';
import { TestSetup } from '../support/test-setup.js';
import { launchChromium } from './chromium.js';
import { DESKTOP, OverviewPage } from './overview-page.js';

/** Passed only where something hangs: a busy machine may take long to draw a page. */
const HANGS_AFTER_MS = 240_000;

type Fleet = NonNullable<Parameters<TestSetup['simulator']>[0]>['fleet'];
type Screen = BrowserContextOptions & { readonly path?: string };

/** What the tests of a suite look at: the overview page of one gateway in front of a fleet in which nothing changes. */
export class OverviewSuite {
  readonly #setup = new TestSetup();
  #gateway: RunningGateway | null = null;
  #browser: Browser | null = null;
  #page: OverviewPage | null = null;

  constructor(private readonly fleet: Fleet) {}

  get url(): string {
    if (this.#gateway === null) throw new Error('the gateway does not run');
    return this.#gateway.url;
  }

  get browser(): Browser {
    if (this.#browser === null) throw new Error('the browser does not run');
    return this.#browser;
  }

  /** To be called in the `describe` of the suite. */
  register(): void {
    vi.setConfig({ testTimeout: HANGS_AFTER_MS });
    beforeAll(() => this.#start());
    afterAll(() => this.#setup.clear());
    afterEach(async () => {
      await this.#page?.close();
      this.#page = null;
    });
  }

  /** Opens the page without waiting for its data. It is closed after the test. */
  async begin(screen: Screen = DESKTOP): Promise<OverviewPage> {
    this.#page = await OverviewPage.open(this.browser, this.url, screen);
    return this.#page;
  }

  /** Opens the page; resolves once every panel has its data. */
  async open(screen?: Screen): Promise<OverviewPage> {
    return (await this.begin(screen)).loaded();
  }

  async #start(): Promise<void> {
    const { fleet } = this;
    const simulator = await this.#setup.simulator({ fleet, protectionCases: true, life: { rate: 0 } });
    const gateway = await startGateway(simulator, {
      sources: (sources) => sources.map((source) => ({ ...source, freshForMs: 60 * 60_000 })),
    });
    this.#gateway = gateway;
    this.#setup.onClear(gateway.stop);
    // The sources are read before the page asks: what it shows first is what there is.
    expect((await ask(`${gateway.url}/v1/protection`)).body).toMatchObject({ unreachable: [] });
    const browser = await launchChromium();
    this.#browser = browser;
    this.#setup.onClear(() => browser.close());
  }
}
