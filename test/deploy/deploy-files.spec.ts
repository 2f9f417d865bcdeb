import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SCRIPT = join(process.cwd(), 'scripts/deploy-files.mjs');
const CHART = 'deploy/helm/tributary';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-deploy-'));
  for (const path of ['deploy', 'docs/config.schema.json'])
    cpSync(path, join(folder, path), { recursive: true });
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function script(...args: string[]): { readonly code: number | null; readonly text: string } {
  const { status, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { code: status, text: stderr };
}

function write(path: string, text: string): void {
  mkdirSync(join(folder, dirname(path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

describe('the files below deploy/ that repeat others', () => {
  it('are up to date (npm run documents updates them)', () => {
    expect(script('--check')).toEqual({ code: 0, text: '' });
  });

  it('are out of date after a change of the alerts, of the configuration or of a dashboard', () => {
    appendFileSync(join(folder, 'deploy/prometheus/alerts.yaml'), '# changed\n');
    const schema = readFileSync('docs/config.schema.json', 'utf8').replace('The HTTP server.', 'Changed.');
    write('docs/config.schema.json', schema);
    write('deploy/grafana/new/added.json', '{}\n');
    write(`${CHART}/dashboards/stale.json`, '{}\n');
    const { code, text } = script('--check');
    expect(code).toBe(1);
    const names = [...text.matchAll(/^(\S+) is out of date/gm)].map(([, name]) => name);
    expect(names.sort()).toEqual([
      `${CHART}/dashboards/added.json`,
      `${CHART}/dashboards/stale.json`,
      `${CHART}/files/alerts.yaml`,
      `${CHART}/values.schema.json`,
      'deploy/kubernetes/components/monitoring/prometheus-rule.yaml',
    ]);
    expect(script()).toEqual({ code: 0, text: '' });
    expect(script('--check')).toEqual({ code: 0, text: '' });
    expect(readFileSync(join(folder, `${CHART}/values.schema.json`), 'utf8')).toContain('"Changed."');
  });
});
