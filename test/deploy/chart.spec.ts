import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { VERSION } from './facts.js';
import { canSkipKubeTools, run } from './kube-tools.js';
import { schemaFaults } from './kubernetes-schemas.js';
import { CHART, chart, deploymentOf, only, parseManifests } from './manifests.js';
import { configText } from './renderings.js';

const describeChart = canSkipKubeTools() ? describe.skip : describe;

function annotations(...options: string[]): Readonly<Record<string, string>> | undefined {
  return deploymentOf(chart(['minimal'], options)).spec.template.metadata.annotations;
}

describeChart('the chart', () => {
  it('has the version of the gateway', () => {
    const { version, appVersion } = parse(readFileSync(`${CHART}/Chart.yaml`, 'utf8')) as Record<
      string,
      string
    >;
    expect([version, appVersion]).toEqual([VERSION, VERSION]);
  });

  it.each(['minimal', 'everything', 'existing'])('passes the linter of Helm with %s values', (name) => {
    const values = ['--values', `${CHART}/ci/${name}-values.yaml`];
    const { code, stdout, stderr } = run('helm', ['lint', '--strict', CHART, ...values]);
    expect(stdout + stderr).toContain('0 chart(s) failed');
    expect(code).toBe(0);
  });

  it('has every kind of object where all is switched on, each under a name of its own', () => {
    const names = chart(['everything'], ['--set', 'dashboards.enabled=false']).map(
      ({ kind, metadata }) => `${kind} ${metadata.name}`,
    );
    expect(names.sort()).toEqual([
      'ConfigMap backups-config',
      'Deployment backups',
      'HTTPRoute backups',
      'HorizontalPodAutoscaler backups',
      'Ingress backups',
      'NetworkPolicy backups',
      'Pod backups-connection',
      'PodDisruptionBudget backups',
      'PrometheusRule backups',
      'Secret backups-secrets',
      'Service backups',
      'ServiceAccount backups',
      'ServiceMonitor backups',
    ]);
  });

  it('has only what is needed where all is switched off', () => {
    const kinds = chart(['existing']).map(({ kind }) => kind);
    expect(kinds.sort()).toEqual(['Deployment', 'Pod', 'Service']);
  });

  it('leads traffic under the base path to the Service, and scrapes below it', () => {
    const manifests = chart(['everything']);
    const port = { port: 443 };
    expect(only(manifests, 'Ingress').spec).toMatchObject({
      rules: [{ http: { paths: [{ path: '/backups', backend: { service: { name: 'backups' } } }] } }],
    });
    expect(only(manifests, 'HTTPRoute').spec).toMatchObject({
      rules: [{ matches: [{ path: { value: '/backups' } }], backendRefs: [{ name: 'backups', ...port }] }],
    });
    expect(only(manifests, 'Service').spec).toMatchObject({ ports: [port] });
    expect(only(manifests, 'ServiceMonitor').spec).toMatchObject({
      endpoints: [{ path: '/backups/metrics', scheme: 'https' }],
    });
    expect(only(manifests, 'HorizontalPodAutoscaler').spec).toMatchObject({
      scaleTargetRef: { kind: 'Deployment', name: 'backups' },
    });
    expect(deploymentOf(manifests).spec).not.toHaveProperty('replicas');
  });

  it('leads from each alert to its runbook, where the values say that people read it', () => {
    const text = JSON.stringify(only(chart(['everything']), 'PrometheusRule').spec);
    const alerts = [...text.matchAll(/"alert":"(\w+)"/g)].map(([, name]) => name);
    expect(alerts.length).toBeGreaterThan(10);
    for (const name of alerts) expect(text).toContain(`"https://wiki.example.com/runbooks/${name}.md"`);
    expect(text).not.toContain('example.com/tributary');
  });

  it('asks whether the job can be scraped by its own name, which is that of the Service', () => {
    const manifests = chart(['everything']);
    const { name } = only(manifests, 'Service').metadata;
    const text = JSON.stringify(only(manifests, 'PrometheusRule').spec);
    expect(name).toBe('backups');
    expect(text).toContain(JSON.stringify(`up{job="${name}"} == 0`));
    expect(text).not.toContain('job=~');
  });

  it('replaces pods for what the gateway cannot change while it runs, and for nothing else', () => {
    const before = annotations();
    expect(before).toHaveProperty('checksum/restart');
    expect(annotations('--set', 'config.log.level=debug', '--set', 'config.window=20d')).toEqual(before);
    for (const change of ['server.maxConnections=100', 'cache.prefix=other'])
      expect(annotations('--set', `config.${change}`)).not.toEqual(before);
  });

  it('gives pods a label once where their own and the common ones have it', () => {
    const options = ['--set', 'commonLabels.team=storage,commonLabels.tier=all,podLabels.team=backup'];
    const { labels } = deploymentOf(chart(['minimal'], options)).spec.template.metadata;
    expect(labels).toMatchObject({ team: 'backup', tier: 'all' });
  });

  it.each(['config.server.shutdownTimeout=500ms', 'config.server.shutdownTimeout=${STOP}'])(
    'takes %s for a stop that is shorter than the pod may take',
    (setting) => {
      expect(configText(chart(['minimal'], ['--set', setting]))).toContain(setting.split('=')[1]);
    },
  );

  it('keeps ids that are numbers as they are', () => {
    const manifests = chart(['minimal'], ['--set', 'config.sources[0].clusters[0].id=1000005']);
    expect(configText(manifests)).toMatch(/- id: "?1000005"?$/m);
  });
});

describeChart('the dashboards of the chart', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tributary-chart-'));
    cpSync(CHART, folder, { recursive: true });
    rmSync(join(folder, 'dashboards'), { recursive: true, force: true });
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('are a ConfigMap for each file, with its text as it is, and the label that Grafana looks for', async () => {
    const text = '{ "title": "Backups", "legendFormat": "{{ source }}" }\n';
    mkdirSync(join(folder, 'dashboards'));
    for (const name of ['backup_overview', 'sources'])
      writeFileSync(join(folder, 'dashboards', `${name}.json`), text);
    const values = ['--values', `${CHART}/ci/everything-values.yaml`];
    const { stdout } = run('helm', [
      'template',
      'release',
      folder,
      ...values,
      '--show-only',
      'templates/dashboards.yaml',
    ]);
    const maps = parseManifests(stdout);
    expect(await schemaFaults(maps)).toEqual([]);
    expect(maps).toEqual([
      expect.objectContaining({ data: { 'backup_overview.json': text } }),
      expect.objectContaining({ data: { 'sources.json': text } }),
    ]);
    expect(maps.map(({ metadata }) => metadata.name)).toEqual(['backups-backup-overview', 'backups-sources']);
    for (const { metadata } of maps) {
      expect(metadata.labels).toMatchObject({ grafana_dashboard: '1' });
      expect(metadata).toMatchObject({ annotations: { grafana_folder: 'Backups' } });
    }
  });
});
