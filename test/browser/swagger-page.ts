import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { complaintsOf } from './page-checks.js';

/** The longest wait for one thing in a page; passed only where something hangs. */
const PATIENCE_MS = 60_000;

/** An answer as Swagger UI shows it. */
export interface ShownAnswer {
  /** What was asked, as the browser sent it. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;
  readonly body: string;
}

/** Swagger UI in a browser, and what went wrong while it was open. */
export class SwaggerPage {
  /** Every URL that the page asked for, oldest first. */
  readonly requests: string[] = [];
  readonly troubles: readonly string[];
  #unfolded: Operation | null = null;

  private constructor(readonly page: Page) {
    this.troubles = watchTroubles(page);
    page.on('request', (request) => this.requests.push(request.url()));
  }

  /** Opens the Swagger UI of a gateway in a page that has nothing cached. */
  static async open(
    browser: Browser,
    gatewayUrl: string,
    { path = '/docs', ...screen }: BrowserContextOptions & { readonly path?: string } = {},
  ): Promise<SwaggerPage> {
    const context = await browser.newContext(screen);
    context.setDefaultTimeout(PATIENCE_MS);
    const swagger = new SwaggerPage(await context.newPage());
    await swagger.page.goto(`${gatewayUrl}${path}`);
    await swagger.page.locator('.opblock').first().waitFor();
    return swagger;
  }

  close(): Promise<void> {
    return this.page.context().close();
  }

  /** The operations by tag, as listed. */
  async operations(): Promise<[tag: string, operations: string[]][]> {
    const listed: [string, string[]][] = [];
    for (const section of await this.page.locator('.opblock-tag-section').all()) {
      const tag = await section.locator('.opblock-tag').getAttribute('data-tag');
      const methods = await section.locator('.opblock-summary-method').allTextContents();
      const paths = await section.locator('.opblock-summary-path').allTextContents();
      listed.push([tag ?? '', paths.map((path, index) => `${methods[index] ?? ''} ${path}`)]);
    }
    return listed;
  }

  /** Unfolds an operation, and folds up the one before: what is open is drawn anew with every change. */
  async operation(operationId: string): Promise<Operation> {
    await this.#unfolded?.fold();
    const block = this.page.locator(`.opblock[id$="-${operationId}"]`);
    await block.locator('.opblock-summary-control').click();
    await block.locator('.execute').waitFor();
    this.#unfolded = new Operation(this, block);
    return this.#unfolded;
  }
}

/**
 * Collects from now on what goes wrong in a page: console errors and warnings, uncaught errors, requests without
 * an answer, and answers that are errors.
 */
export function watchTroubles(page: Page): readonly string[] {
  const troubles = complaintsOf(page);
  page.on('requestfailed', (request) => troubles.push(`no answer: ${request.url()}`));
  page.on('response', (response) => {
    if (!response.ok()) troubles.push(`${response.status()}: ${response.url()}`);
  });
  return troubles;
}

/** An unfolded operation, ready to be tried out. */
export class Operation {
  constructor(
    private readonly swagger: SwaggerPage,
    private readonly block: Locator,
  ) {}

  /** Folds it up; what is filled in stays. */
  fold(): Promise<void> {
    return this.block.locator('.opblock-summary-control').click();
  }

  /** The row of a parameter. */
  parameter(name: string): Locator {
    return this.block.locator(`tr[data-param-name="${name}"]`);
  }

  /** The field that kept the operation from being executed. */
  invalid(): Locator {
    return this.block.locator('input.invalid');
  }

  async fill(name: string, value: string): Promise<void> {
    await this.parameter(name).locator('input').last().fill(value);
  }

  async select(name: string, ...values: string[]): Promise<void> {
    await this.parameter(name).locator('select').selectOption(values);
  }

  /** What a parameter offers to choose from. */
  choices(name: string): Promise<string[]> {
    return this.parameter(name).locator('select option').allTextContents();
  }

  /** Presses "Execute" without expecting a call to be made. */
  press(): Promise<void> {
    return this.block.locator('.execute').click();
  }

  /** Presses "Execute" and waits until the answer is shown. */
  async execute(): Promise<ShownAnswer> {
    const [response] = await Promise.all([
      this.swagger.page.waitForResponse((answer) => answer.request().resourceType() === 'fetch'),
      this.press(),
    ]);
    // The answer before this one stays on the page until then; no two have the same request id.
    const requestId = (await response.allHeaders())['x-request-id'] ?? '';
    const shown = this.block.locator('.live-responses-table tbody tr.response', { hasText: requestId });
    await shown.waitFor();
    return {
      url: new URL(response.url()),
      headers: await response.request().allHeaders(),
      status: Number(await shown.locator('.response-col_status').textContent()),
      body: (await shown.locator('.highlight-code pre').textContent()) ?? '',
    };
  }
}
