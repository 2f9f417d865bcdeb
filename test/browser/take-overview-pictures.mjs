/**
 * Takes docs/overview-*.png of a running gateway, by hand, whenever the page has changed its looks, and prints how long it
 * took until something was drawn:
 *
 *   npm run demo
 *   node test/browser/take-overview-pictures.mjs [http://127.0.0.1:3000]
 *
 * The browser is the one at CHROMIUM_PATH, else Debian's.
 */
import { chromium } from 'playwright-core';

const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
const PICTURES = [
  { file: 'docs/overview-light.png', screen: { viewport: DESKTOP, colorScheme: 'light' } },
  { file: 'docs/overview-dark.png', screen: { viewport: DESKTOP, colorScheme: 'dark' } },
  { file: 'docs/overview-phone.png', screen: { viewport: PHONE, colorScheme: 'light', isMobile: true } },
];

const [url = 'http://127.0.0.1:3000'] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
});
try {
  for (const picture of PICTURES) await take(picture);
} finally {
  await browser.close();
}

async function take({ file, screen }) {
  const context = await browser.newContext(screen);
  const page = await context.newPage();
  await page.goto(url);
  await page.locator('tr[data-row="0"] [data-state]').first().waitFor();
  await page.locator('tr[data-task]').first().waitFor();
  await page.waitForLoadState('networkidle');
  const paint = await page.evaluate('performance.getEntriesByName("first-contentful-paint")[0]?.startTime');
  await page.screenshot({ path: file, animations: 'disabled' });
  process.stdout.write(`${file} is taken; first contentful paint after ${Math.round(paint)} ms.\n`);
  await context.close();
}
