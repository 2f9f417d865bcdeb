import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestSetup } from '../support/test-setup.js';
import { dashboards, DASHBOARDS_FOLDER, filledIn } from './dashboards.js';
import { fullScrape } from './full-scrape.js';
import { labelsIn, problemsOf, type KnownLabels } from './promql.js';
import { rules } from './rules.js';

const setup = new TestSetup();
let known: KnownLabels;
beforeAll(async () => {
  known = labelsIn(await fullScrape(setup));
});
afterAll(() => setup.clear());

describe('the dashboards', () => {
  it('are what scripts/dashboards.mjs writes (npm run documents updates them)', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tributary-dashboards-'));
    try {
      const { stderr } = spawnSync(process.execPath, ['scripts/dashboards.mjs', folder], {
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      expect(readdirSync(folder).sort()).toEqual(readdirSync(DASHBOARDS_FOLDER).sort());
      for (const { name, text } of dashboards) {
        expect(readFileSync(join(folder, `${name}.json`), 'utf8')).toBe(text);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each(dashboards)('$name asks only for metrics and labels that a gateway has', ({ panels }) => {
    const targets = panels.flatMap((panel) => panel.targets ?? []);
    expect(targets.length).toBeGreaterThan(15);
    const problems = targets.flatMap(({ expr, legendFormat }) =>
      problemsOf(filledIn(expr), legendFormat, known),
    );
    expect(problems).toEqual([]);
  });

  it.each(dashboards)('$name offers the values of labels that a gateway has', ({ templating, text }) => {
    const queries = templating.list.flatMap(({ name, type, query }) =>
      type === 'query' ? [{ name, query: (query as { query: string }).query }] : [],
    );
    expect(queries.length).toBeGreaterThan(0);
    for (const { name, query } of queries) {
      const [, metric = '', label = ''] = /^label_values\((.*), (\w+)\)$/.exec(query) ?? [];
      expect(problemsOf(filledIn(metric), `{{${label}}}`, known)).toEqual([]);
      expect(text).toContain(`=~\\"$${name}\\"`);
    }
    const variables = new Set(templating.list.map(({ name }) => name));
    const used = [...text.matchAll(/\$\{?([a-z]\w*)/g)].map(([, name = '']) => name);
    expect(used.filter((name) => !variables.has(name))).toEqual([]);
  });

  it.each(dashboards)(
    '$name describes each panel, with a unit and the data source of the variable',
    ({ panels }) => {
      const shown = panels.filter(({ type }) => type !== 'row');
      for (const { title, description, datasource, fieldConfig } of shown) {
        expect({ title, description, unit: fieldConfig?.defaults.unit, datasource }).toEqual({
          title: expect.stringMatching(/^[A-Z].*[^.]$/),
          description: expect.stringMatching(/^[^ ].*\.$/),
          unit: expect.stringMatching(/^\w+$/),
          datasource: { type: 'prometheus', uid: '${datasource}' },
        });
      }
    },
  );

  it.each(dashboards)('$name has panels that do not overlap', ({ panels }) => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)} ${y + Math.floor(at / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
    expect(panels.map(({ id }) => id)).toEqual(panels.map((_, index) => index + 1));
  });

  it('link to pages that exist, and together to the runbook of each alert', () => {
    const links = dashboards.flatMap(({ links: own, panels }) => [
      ...own,
      ...panels.flatMap((each) => each.links ?? []),
    ]);
    const files = links.map(({ url }) => url.replace('${docs}', 'docs'));
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
    const missing = rules.filter(({ alert }) => !files.includes(`docs/runbooks/${alert}.md`));
    expect(missing).toEqual([]);
  });
});

describe('the rules of alerts', () => {
  it('ask only for metrics and labels that a gateway has', () => {
    const ofPrometheus = new Map([...known, ['up', new Set(['job', 'instance'])]]);
    expect(rules.flatMap(({ expr }) => problemsOf(expr, '', ofPrometheus))).toEqual([]);
  });
});

describe('problemsOf', () => {
  const few: KnownLabels = new Map([
    ['a', new Set(['x'])],
    ['b', new Set(['x', 'y'])],
  ]);

  it.each([
    ['sum by (x) (rate(a{x="1"}[5m]))', '{{x}}', []],
    ['a * on (x) group_left (y) b', '{{y}}', []],
    ['sum by (', '', ['not PromQL: sum by (']],
    ['c', '', ['no metric c']],
    ['a{y="1"}', '', ['no label y: a{y="1"}']],
    ['sum by (y) (a)', '', ['no label y: sum by (y) (a)']],
    ['a + on (z) b', '', ['no label z: a + on (z) b']],
    ['a', '{{y}}', ['no label y: a']],
  ])('of %s with the legend "%s" are %j', (expression, legend, problems) => {
    expect(problemsOf(expression, legend, few)).toEqual(problems);
  });
});
