import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway } from '../support/gateway.js';
import { ask } from '../support/http.js';
import { TestSetup } from '../support/test-setup.js';
import { fullScrape } from './full-scrape.js';
import { RULES, rules } from './rules.js';

const FOLDER = 'docs/runbooks';
/** Who installs the rules replaces it by the address of their own copy. */
const RUNBOOK_BASE = 'https://example.com/tributary/docs/runbooks';

const alerts = rules.map(({ alert }) => alert).sort();
const pages = readdirSync(FOLDER)
  .filter((name) => name !== 'README.md')
  .map((name) => name.replace(/\.md$/, ''))
  .sort();
const textOf = (page: string): string => readFileSync(`${FOLDER}/${page}.md`, 'utf8');

const setup = new TestSetup();
let metrics: ReadonlySet<string>;
beforeAll(async () => {
  const text = await fullScrape(setup);
  const described = [...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name = '']) => name);
  const series = [...text.matchAll(/^(\w+)[{ ]/gm)].map(([, name = '']) => name);
  metrics = new Set([...described, ...series]);
});
afterAll(() => setup.clear());

describe('the runbooks', () => {
  it('are one page for each alert', () => {
    expect(pages).toEqual(alerts);
    expect(new Set(alerts).size).toBe(alerts.length);
  });

  it('are what the alerts point to', () => {
    const urls = rules.map(({ annotations }) => annotations.runbook_url);
    expect(urls).toEqual(rules.map(({ alert }) => `${RUNBOOK_BASE}/${alert}.md`));
    expect(readFileSync(RULES, 'utf8')).toContain(`sed -i 's|${RUNBOOK_BASE}|`);
  });

  it.each(pages)('%s has the four parts', (page) => {
    const headings = textOf(page).match(/^#+ .*$/gm);
    expect(headings).toEqual([`# ${page}`, '## Meaning', '## Impact', '## Diagnosis', '## Mitigation']);
  });

  it('are listed with their severities', () => {
    const rows = textOf('README').matchAll(/^\| \[(\w+)\]\((\w+)\.md\) +\| (\w+)/gm);
    const listed = [...rows].map(([, ...cells]) => cells.join(' '));
    const expected = rules.map(({ alert, labels: { severity } }) => `${alert} ${alert} ${severity}`);
    expect(listed.sort()).toEqual(expected.sort());
  });

  it('have calls that a gateway answers', async () => {
    const simulator = await setup.simulator();
    const gateway = await startGateway(simulator);
    setup.onClear(gateway.stop);
    const { body } = await ask(`${gateway.url}/v1/resources?source=server-backups`);
    const [resource] = (body as { resources: { id: string; resourceId: string }[] }).resources;
    const variables: Record<string, string | undefined> = {
      ...{ SOURCE: 'server-backups', ID: resource?.id, RESOURCE_ID: resource?.resourceId },
    };
    const calls = pages.flatMap((page) => [...textOf(page).matchAll(/^get ["']([^"']+)["']/gm)]);
    expect(calls.length).toBeGreaterThan(20);
    const failed: string[] = [];
    for (const [, path = ''] of calls) {
      const filledIn = path.replaceAll(/\$(\w+)/g, (_, name: string) => variables[name] ?? 'unknown');
      const { status } = await ask(gateway.url + filledIn);
      if (status !== 200) failed.push(`${path}: ${status}`);
    }
    expect(failed).toEqual([]);
  });

  it('and the alerts name only metrics that a gateway has', () => {
    const texts = [...pages.map(textOf), readFileSync(RULES, 'utf8')];
    const named = new Set(texts.join('\n').match(/\b(?:tributary|http_server|process|nodejs)_[a-z0-9_]+\b/g));
    expect([...named].filter((name) => !metrics.has(name))).toEqual([]);
    expect(named.size).toBeGreaterThan(20);
  });
});
