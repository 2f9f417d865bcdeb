import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Browser } from 'playwright-core';
import { startGateway, startSimulator } from '../support/gateway.js';
import { authWith, keyOf } from '../support/keys.js';
import { describeInBrowser, launchChromium } from './chromium.js';
import { SwaggerPage } from './swagger-page.js';

let browser: Browser;
let swagger: SwaggerPage;
const stops: (() => Promise<void>)[] = [];

describeInBrowser('"Authorize" in Swagger UI', () => {
  vi.setConfig({ testTimeout: 120_000 });
  beforeAll(async () => {
    const simulator = await startSimulator({ fleet: { cbrRows: 20, cssClusters: 1, cceClusters: 1 } });
    stops.unshift(simulator.stop);
    const keys = [{ id: 'ops', scopes: ['tasks:read'] as const, sources: null }];
    const gateway = await startGateway(simulator, { auth: authWith(keys) });
    stops.unshift(gateway.stop);
    browser = await launchChromium();
    stops.unshift(() => browser.close());
    swagger = await SwaggerPage.open(browser, gateway.url);
  });
  afterAll(async () => {
    for (const stop of stops) await stop();
  });

  it('sends the API key with what is tried out, and before it nothing can be read', async () => {
    const operation = await swagger.operation('listTasks');
    await operation.fill('pageSize', '2');
    expect((await operation.execute()).status).toBe(401);

    const { page } = swagger;
    await page.locator('.auth-wrapper .authorize').click();
    const scheme = page.locator('.auth-container', { hasText: 'X-API-Key' });
    await scheme.locator('input').fill(keyOf('ops'));
    await scheme.locator('button.authorize').click();
    await page.locator('.close-modal').click();

    const { status, headers, body } = await operation.execute();
    expect(status).toBe(200);
    expect(headers['x-api-key']).toBe(keyOf('ops'));
    expect(body).toContain('"tasks"');
    // Neither scripts nor styles were held back by the page's own policy.
    expect(swagger.troubles.filter((trouble) => trouble.includes('Content Security Policy'))).toEqual([]);
  });
});
