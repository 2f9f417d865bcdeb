/**
 * Takes docs/swagger-ui.png of a running gateway, by hand, whenever Swagger UI has changed its looks:
 *
 *   npm run demo
 *   node test/browser/take-picture.mjs [http://127.0.0.1:3000]
 *
 * The browser is the one at CHROMIUM_PATH, else Debian's. Only the parameter that is chosen stays in view, so that
 * the question and its answer fit into one picture.
 */
import { chromium } from 'playwright-core';

const FILE = 'docs/swagger-ui.png';
const PICTURE = { width: 1280, height: 900 };
/** The page is drawn larger and the picture scaled down to its size. */
const SCALE = 0.8;

const [url = 'http://127.0.0.1:3000'] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
});
try {
  const page = await browser.newPage({
    viewport: { width: PICTURE.width / SCALE, height: PICTURE.height / SCALE },
    deviceScaleFactor: SCALE,
    // The style below is not one of the page's own.
    bypassCSP: true,
  });
  await page.goto(`${url}/docs`);
  const list = page.locator('#operations-tasks-listTasks');
  await list.locator('.opblock-summary-control').click();
  await list.locator('[data-param-name="status"] select').selectOption('FAILED');
  await list.locator('.execute').click();
  await list.locator('.live-responses-table .highlight-code').waitFor();
  await page.addStyleTag({ content: '[data-param-name]:not([data-param-name="status"]) { display: none; }' });
  await page.locator('#operations-tag-tasks').evaluate((tag) => tag.scrollIntoView());
  await page.mouse.move(0, 0);
  await page.screenshot({ path: FILE, animations: 'disabled' });
  process.stdout.write(`${FILE} is taken.\n`);
} finally {
  await browser.close();
}
