/**
 * Takes the pictures of docs/ of a running demo, by hand, whenever a page has changed its looks, and prints how long it took
 * until something was drawn:
 *
 *   npm run demo
 *   npm run pictures [-- http://127.0.0.1:3000]
 *
 * The browser is the one at CHROMIUM_PATH, else Debian's.
 */
import { chromium } from 'playwright-core';

const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
/** Swagger UI is drawn larger and its picture scaled down to the size of the others. */
const SCALE = 0.8;
const WIDE = { width: DESKTOP.width / SCALE, height: DESKTOP.height / SCALE };

const PICTURES = [
  {
    file: 'docs/overview-light.png',
    show: showOverview,
    screen: { viewport: DESKTOP, colorScheme: 'light' },
  },
  { file: 'docs/overview-dark.png', show: showOverview, screen: { viewport: DESKTOP, colorScheme: 'dark' } },
  {
    file: 'docs/overview-phone.png',
    show: showOverview,
    screen: { viewport: PHONE, colorScheme: 'light', isMobile: true },
  },
  // The style that `showSwaggerUi` adds is not one of the page's own.
  {
    file: 'docs/swagger-ui.png',
    show: showSwaggerUi,
    screen: { viewport: WIDE, deviceScaleFactor: SCALE, bypassCSP: true },
  },
];

const [url = 'http://127.0.0.1:3000'] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
});
try {
  await readAllFeeds();
  for (const picture of PICTURES) await take(picture);
} finally {
  await browser.close();
}

/** A gateway that nobody has asked for a while needs a moment. */
async function readAllFeeds() {
  for (let isComplete = false; !isComplete;) {
    const answer = await fetch(`${url}/v1/tasks?pageSize=1`);
    isComplete = answer.ok && (await answer.json()).completeness.complete;
  }
}

async function take({ file, show, screen }) {
  const context = await browser.newContext(screen);
  const page = await context.newPage();
  await show(page);
  const paint = await page.evaluate('performance.getEntriesByName("first-contentful-paint")[0]?.startTime');
  await page.screenshot({ path: file, animations: 'disabled' });
  process.stdout.write(`${file} is taken; first contentful paint after ${Math.round(paint)} ms.\n`);
  await context.close();
}

async function showOverview(page) {
  await page.goto(url);
  await page.locator('tr[data-row="0"] [data-state]').first().waitFor();
  await page.locator('tr[data-task]').first().waitFor();
  await page.waitForLoadState('networkidle');
}

/** Only the parameter that is chosen stays in view, so that the question and its answer fit into one picture. */
async function showSwaggerUi(page) {
  await page.goto(`${url}/docs`);
  const list = page.locator('#operations-tasks-listTasks');
  await list.locator('.opblock-summary-control').click();
  await list.locator('[data-param-name="status"] select').selectOption('FAILED');
  await list.locator('.execute').click();
  await list.locator('.live-responses-table .highlight-code').waitFor();
  await page.addStyleTag({ content: '[data-param-name]:not([data-param-name="status"]) { display: none; }' });
  await page.locator('#operations-tag-tasks').evaluate((tag) => tag.scrollIntoView());
  await page.mouse.move(0, 0);
}
