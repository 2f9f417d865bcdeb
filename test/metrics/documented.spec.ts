import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readScrape } from '../support/scrape.js';
import { TestSetup } from '../support/test-setup.js';
import { fullScrape } from './full-scrape.js';

const setup = new TestSetup();
let text = '';
beforeAll(async () => {
  text = await fullScrape(setup);
});
afterAll(() => setup.clear());

/** The metrics of the gateway's own that a scrape describes, with the labels of their series. */
function scrapedMetrics(): Map<string, Set<string>> {
  const names = [...text.matchAll(/^# TYPE ((?:tributary|http)_\w+)/gm)].map(([, name = '']) => name);
  const metrics = new Map(names.map((name) => [name, new Set<string>()]));
  for (const series of readScrape(text).keys()) {
    const name = series.split('{', 1)[0] ?? '';
    const labels = metrics.get(name) ?? metrics.get(name.replace(/_(?:bucket|sum|count)$/, ''));
    for (const [, label = ''] of series.matchAll(/[{,](\w+)="(?:[^"\\]|\\.)*"/g)) {
      if (label !== 'le') labels?.add(label);
    }
  }
  return metrics;
}

describe('docs/metrics.md', () => {
  const rows = readFileSync('docs/metrics.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const documented = rows.flatMap(([, name = '']) => /^`((?:tributary|http)_\w+)/.exec(name)?.[1] ?? []);

  it('names each metric of a scrape once, and no other', () => {
    expect([...documented].sort()).toEqual([...scrapedMetrics().keys()].sort());
  });

  it('names the labels of each metric', () => {
    const told = rows.flatMap(([, name = '', labels = '']) => {
      const metric = /^`((?:tributary|http)_\w+)/.exec(name)?.[1];
      const isAboutResources = metric?.startsWith('tributary_backup_') ?? true;
      const hasLabelColumn = !isAboutResources && !/^tributary_(?:protection|metrics)_/.test(metric ?? '');
      return metric !== undefined && hasLabelColumn ? [[metric, labels.split(', ').sort()] as const] : [];
    });
    const scraped = scrapedMetrics();
    const found = told.map(([name]) => [name, [...(scraped.get(name) ?? [])].sort()] as const);
    expect(found.map(([name, labels]) => [name, labels.length === 0 ? [''] : labels])).toEqual(told);
  });
});
