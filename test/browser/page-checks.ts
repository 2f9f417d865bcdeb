import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** An element that breaks a rule of accessibility: the rule's id and a selector of the element. */
export interface Violation {
  readonly rule: string;
  readonly target: string;
}

/** Collects from now on what a page complains about: errors and warnings in its console, and errors that nobody caught. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return complaints;
}

/** What is used of axe's results. */
interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly target: readonly string[] }[];
  }[];
}

/** What axe finds wrong with a page as it is drawn. */
export async function violationsOn(page: Page): Promise<Violation[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<AxeResults>(
    'axe.run(document, { resultTypes: ["violations"] })',
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target }) => ({ rule: id, target: target.join(' ') })),
  );
}

/** How well a page can be read as it is drawn. */
export interface Legibility {
  /** How many pixels the page is wider than the screen. */
  readonly overflow: number;
  /** The smallest letters, in CSS pixels. */
  readonly smallestText: number;
}

/** Checks what is drawn: elements without a box are left out. */
export function legibilityOf(page: Page): Promise<Legibility> {
  return page.evaluate(LEGIBILITY);
}

/** Runs in the page, whose types are not those of this program. */
const LEGIBILITY = `(() => {
  const drawn = [...document.querySelectorAll('body *')].filter((element) =>
    element.getClientRects().length > 0 &&
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== ''));
  const { scrollWidth, clientWidth } = document.documentElement;
  return {
    overflow: scrollWidth - clientWidth,
    smallestText: Math.min(...drawn.map((element) => parseFloat(getComputedStyle(element).fontSize))),
  };
})()`;
