import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '@/config/config.js';
import { loadConfig } from '@/config/load-config.js';
import { PROVIDER_SETTINGS } from '@/providers/provider-list.js';
import { REASONS, VERDICTS } from '@/resources/verdict.js';
import { BackupWorld } from '../support/backup-world.js';
import { runGateway, startSimulator, type Simulator } from '../support/gateway.js';
import { ask } from '../support/http.js';
import { RECIPE_CASES, type RecipeCase } from './recipe-cases.js';

const PAGE = readFileSync('docs/expectations.md', 'utf8');
const RECIPES = PAGE.split('\n### ')
  .slice(1)
  .map((text): [string, string] => [text.split('\n')[0] ?? '', /```yaml\n(.*?)```/s.exec(text)?.[1] ?? '']);

const folder = mkdtempSync(join(tmpdir(), 'tributary-recipes-'));
let nowMs = 0;
let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ fleet: 'empty', clock: () => nowMs });
});
afterAll(async () => {
  await simulator.stop();
  rmSync(folder, { recursive: true });
});

describe('the recipes of docs/expectations.md', () => {
  it('are those that have a case here', () => {
    expect(RECIPES.map(([name]) => name)).toEqual(Object.keys(RECIPE_CASES));
  });

  it.each(RECIPES)('%s: says of each resource what the page promises', async (name, yaml) => {
    const recipe = RECIPE_CASES[name];
    if (recipe === undefined) throw new Error(`add a case of the recipe "${name}" to recipe-cases.ts`);
    const moments = Object.keys(recipe.verdicts);
    nowMs = Date.parse(moments[0] ?? '');
    const gateway = await runGateway(configOf(yaml), { clock: () => nowMs });
    try {
      for (const moment of moments) {
        goTo(moment, recipe);
        const resources = await resourcesOf(gateway.url);
        expect(verdictsOf(resources)).toMatchObject(recipe.verdicts[moment] ?? {});
        for (const [resource, sentence] of Object.entries(recipe.sentences ?? {})) {
          expect(sentenceOf(resources, resource)).toContain(sentence);
        }
      }
      expect((await ask(`${gateway.url}/v1/protection`)).body).toMatchObject({ warnings: [] });
    } finally {
      await gateway.stop();
    }
  });

  it('explain every verdict and every reason', () => {
    for (const word of [...VERDICTS, ...REASONS]) expect(PAGE).toContain(`\`${word}\``);
  });
});

/** The recipe, with the sources that it names. */
function configOf(recipe: string): Config {
  const { css, cbr, ocp } = simulator.urls;
  const huawei =
    'projectId: 04f1829c788037ac2fb8c01eb2b04b95, credentials: { type: token, token: example-token }';
  const file = join(folder, 'tributary.yaml');
  writeFileSync(
    file,
    `server: { port: 0, deadline: 60s }
sources:
  - { id: server-backups, provider: huawei-cbr, endpoint: "${cbr}", inventory: true, ${huawei} }
  - { id: search-logs, provider: huawei-css, endpoint: "${css}", ${huawei} }
  - { id: oceanbase, provider: oceanbase-ocp, endpoint: "${ocp}", credentials: { type: basic, username: admin, password: example-password } }
${recipe}`,
  );
  return loadConfig({ file, env: {}, providers: PROVIDER_SETTINGS });
}

/** Sets the clock, and the upstreams to what they list then. */
function goTo(moment: string, { world }: RecipeCase): void {
  nowMs = Date.parse(moment);
  const { fleet } = simulator;
  fleet.cbr.clear();
  for (const listed of [fleet.css, fleet.ocp, fleet.vaults]) listed.splice(0);
  world(new BackupWorld(simulator, nowMs));
}

interface Resource {
  readonly name: string;
  readonly verdict: string;
  readonly expectation: string | null;
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
}

/** By now: what was read before the clock was set is not good enough. */
async function resourcesOf(url: string): Promise<readonly Resource[]> {
  const { body } = await ask(`${url}/v1/resources?pageSize=1000`, { 'cache-control': 'no-cache' });
  return (body as { readonly resources: readonly Resource[] }).resources;
}

function verdictsOf(resources: readonly Resource[]): Record<string, string> {
  return Object.fromEntries(
    resources.map(({ name, verdict, expectation, reasons }) => {
      const rule = expectation === null ? '' : ` by ${expectation}`;
      const why = reasons.length === 0 ? '' : `: ${reasons.map(({ code }) => code).join(', ')}`;
      return [name, `${verdict}${rule}${why}`];
    }),
  );
}

function sentenceOf(resources: readonly Resource[], name: string): string {
  return resources.find((resource) => resource.name === name)?.reasons[0]?.message ?? '';
}
