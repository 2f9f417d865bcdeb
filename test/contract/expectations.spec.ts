import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '@/config/load-config.js';
import { PROVIDER_SETTINGS } from '@/providers/provider-list.js';
import { REASONS, VERDICTS } from '@/resources/verdict.js';

const folder = mkdtempSync(join(tmpdir(), 'tributary-recipes-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const PAGE = readFileSync('docs/expectations.md', 'utf8');
const SOURCES = `sources:
  - { id: server-backups, provider: huawei-cbr, endpoint: "https://cbr.example", projectId: p, credentials: { type: token, token: t } }
  - { id: search-logs, provider: huawei-css, endpoint: "https://css.example", projectId: p, credentials: { type: token, token: t } }
  - { id: oceanbase, provider: oceanbase-ocp, endpoint: "https://ocp.example", credentials: { type: basic, username: u, password: p } }
`;
const RECIPES = PAGE.split('\n### ')
  .slice(1)
  .map((text): [string, string] => [text.split('\n')[0] ?? '', /```yaml\n(.*?)```/s.exec(text)?.[1] ?? '']);

describe('the recipes of docs/expectations.md', () => {
  it('are ten', () => {
    expect(RECIPES).toHaveLength(10);
  });

  it.each(RECIPES)('%s is a valid part of a configuration', (_name, yaml) => {
    const file = join(folder, 'tributary.yaml');
    writeFileSync(file, SOURCES + yaml);
    const { protection } = loadConfig({ file, env: {}, providers: PROVIDER_SETTINGS });
    expect(protection.expectations.length).toBeGreaterThan(0);
  });

  it('explain every verdict and every reason', () => {
    for (const word of [...VERDICTS, ...REASONS]) expect(PAGE).toContain(`\`${word}\``);
  });
});
