import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { NO_PROTECTION, type Expectation } from '@/model/expectation.js';
import { operationOn, SERVER_TYPE, type Operation } from '../support/backups.js';
import {
  configFor,
  runGateway,
  startSimulator,
  type RunningGateway,
  type Simulator,
} from '../support/gateway.js';
import { scrape, type Scrape } from '../support/scrape.js';
import { canSkipPromtool, promtool } from './promtool.js';
import { runRuleTest, type ExpectedAlerts } from './rule-test.js';

const RULES = 'deploy/prometheus/alerts.yaml';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const BEGIN_MS = Date.parse('2026-11-29T12:00:00.000Z');
const MINUTES_APART = 5;
const LAST_MINUTE = 180;
const REFUSES_FROM_MINUTE = 31;

const DAILY: Expectation = {
  name: 'daily',
  match: { source: ['server-backups', 'search-logs'] },
  rhythm: { kind: 'every', everyMs: 24 * HOUR_MS, graceMs: 0 },
  taskTypes: ['BACKUP', 'LOG_BACKUP'],
  failuresInARow: 2,
  maxDurationMs: HOUR_MS,
  warningsCountAs: 'success',
  maxBlindMs: HOUR_MS,
};
const STREAMS: Expectation = {
  ...DAILY,
  name: 'streams',
  match: { source: ['oceanbase'], type: ['oceanbase-tenant'] },
  rhythm: { kind: 'continuous', lagBelowMs: 30 * MINUTE_MS },
  taskTypes: ['CONTINUOUS_LOG_BACKUP'],
};
const PROTECTION = {
  ...NO_PROTECTION,
  expectations: [DAILY, STREAMS],
  resources: [{ source: 'server-backups', type: SERVER_TYPE, id: 'new', name: 'new server' }],
};

const PASSED = { code: 0, text: expect.stringContaining('SUCCESS') };

const suite = canSkipPromtool() ? describe.skip : describe;

let nowMs = BEGIN_MS;
let simulator: Simulator;
let gateway: RunningGateway;

/** Begun and ended so many minutes after the beginning; a negative number is before it. */
function operation(status: Operation['status'], from: number, to?: number): Operation {
  const at = (minute: number): number => BEGIN_MS + minute * MINUTE_MS;
  return { status, createdMs: at(from), ...(to !== undefined && { endedMs: at(to) }) };
}

const OPERATIONS: Readonly<Record<string, readonly Operation[]>> = {
  fine: [operation('success', -70, -60)],
  'late "db"\\': [operation('success', -24 * 60, -23 * 60)],
  stuck: [operation('success', -70, -60), operation('running', -20)],
  failing: [operation('success', -70, -60), operation('failed', -50, -40), operation('failed', -30, -20)],
};

/** Streams of log backups whose checkpoints do not move; a status of OCP for each tenant. */
function addStreams(streams: Readonly<Record<string, string>>): void {
  const cluster = simulator.fleet.addOcpCluster({ id: 1000005, name: 'ob' });
  for (const [index, [tenantName, status]] of Object.entries(streams).entries()) {
    const tenant = { id: index + 1, obTenantId: 1001 + index, name: tenantName };
    cluster.tenants.push(tenant);
    cluster.rows.add({
      ...{ createTime: BEGIN_MS - 100 * HOUR_MS + index, modifyTime: BEGIN_MS, status },
      ...{ clusterName: 'ob', clusterId: 1000005, obClusterId: cluster.obClusterId, clusterType: 'PRIMARY' },
      ...{ tenantId: tenant.id, tenantName, obTenantId: tenant.obTenantId },
      ...{ backupUri: `oss://archive/${tenantName}`, backupMode: 'PHYSICAL_BACKUP' },
      ...{ checkpoint: BEGIN_MS - MINUTE_MS, delay: 60 },
    });
  }
}

beforeAll(async () => {
  simulator = await startSimulator({ fleet: 'empty', life: { rate: 0 }, clock: () => nowMs });
  for (const [name, operations] of Object.entries(OPERATIONS)) {
    simulator.fleet.cbr.add(...operations.map((each) => operationOn(name, each)));
  }
  simulator.fleet.addCssCluster({ id: 'logs' });
  addStreams({ lagging: 'RUNNING', stopped: 'STOP' });
  gateway = await runGateway(configFor(simulator, { protection: PROTECTION }), { clock: () => nowMs });
});
afterAll(async () => {
  await gateway.stop();
  await simulator.stop();
});

/** Three hours as Prometheus sees them; in the end the gateway is gone. */
async function scrapes(): Promise<(Scrape | null)[]> {
  const all: (Scrape | null)[] = [];
  for (let minute = 0; minute <= LAST_MINUTE; minute += MINUTES_APART) {
    nowMs = BEGIN_MS + minute * MINUTE_MS;
    if (minute >= REFUSES_FROM_MINUTE) await simulator.setFault('css', 'refuse');
    all.push(await scrape(gateway.url));
  }
  return [...all, null];
}

interface Rule {
  readonly alert: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
}

const rules = (parse(readFileSync(RULES, 'utf8')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);

/** That an alert fires at a minute for these, and for nothing else. */
function firing(alert: string, atMinute: number, ...fired: Record<string, string>[]): ExpectedAlerts {
  const rule = rules.find((each) => each.alert === alert);
  if (rule === undefined) throw new Error(`no rule ${alert}`);
  const alerts = fired.map(({ value = '1', ...labels }) => ({
    labels: { ...labels, ...rule.labels },
    annotations: Object.fromEntries(
      Object.entries(rule.annotations).map(([name, text]) => [name, filledIn(text, labels, value)]),
    ),
  }));
  return { alert, atMinute, alerts };
}

/** All resources of this test have names. */
function filledIn(text: string, labels: Readonly<Record<string, string>>, value: string): string {
  return text
    .replaceAll('{{ or $labels.name $labels.resource }}', labels.name ?? '')
    .replaceAll('{{ $value }}', value)
    .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => labels[label] ?? '');
}

/** That an alert fires from a minute on, and a minute before that for nothing. */
function firesFrom(minute: number, alert: string, ...fired: Record<string, string>[]): ExpectedAlerts[] {
  return [firing(alert, minute - 1), firing(alert, minute, ...fired)];
}

function server(name: string, id: string): Record<string, string> {
  const resource = `server-backups.OS~3a~3aNova~3a~3aServer.${id}`;
  return { source: 'server-backups', type: SERVER_TYPE, resource, name };
}

function tenant(name: string, id: string): Record<string, string> {
  return {
    source: 'oceanbase',
    type: 'oceanbase-tenant',
    resource: `oceanbase.oceanbase-tenant.${id}`,
    name,
  };
}

suite('the alerts', () => {
  it('are valid rules', () => {
    expect(promtool(['check', 'rules', RULES])).toMatchObject({ code: 0 });
  });

  it('fire, each for what it is about and for nothing else, by what the gateway tells', async () => {
    const expected = [
      ...firesFrom(65, 'BackupOverdue', server('late "db"\\', 'id~20of~20late~20~22db~22~5c')),
      ...firesFrom(60, 'BackupNeverRun', server('new server', 'new')),
      ...firesFrom(5, 'BackupFailing', server('failing', 'id~20of~20failing')),
      ...firesFrom(50, 'BackupStuck', server('stuck', 'id~20of~20stuck')),
      ...firesFrom(35, 'LogBackupLagging', tenant('lagging', '1')),
      ...firesFrom(5, 'LogBackupStopped', { ...tenant('stopped', '2'), reason: 'STOPPED' }),
      ...firesFrom(50, 'BackupSourceBlind', { source: 'search-logs', value: '0' }),
      ...firesFrom(95, 'BackupVerdictUnknown', { source: 'search-logs' }),
      firing('BackupResourcesOmitted', LAST_MINUTE),
      ...firesFrom(LAST_MINUTE + 15, 'BackupGatewayAbsent', {}),
    ];
    expect(new Set(expected.map(({ alert }) => alert))).toEqual(new Set(rules.map(({ alert }) => alert)));
    const test = { ruleFile: RULES, scrapes: await scrapes(), minutesApart: MINUTES_APART, expected };
    expect(runRuleTest(test)).toEqual(PASSED);
  });

  it('tell of resources that have no metrics of their own', async () => {
    const config = { ...configFor(simulator, { protection: PROTECTION }), metrics: { maxResources: 0 } };
    const bounded = await runGateway(config, { clock: () => nowMs });
    const scraped = await scrape(bounded.url).finally(bounded.stop);
    const [value = ''] = [scraped.get('tributary_metrics_resources_omitted')];
    expect(Number(value)).toBeGreaterThan(0);
    const expected = firesFrom(60, 'BackupResourcesOmitted', { value });
    const test = { ruleFile: RULES, scrapes: Array.from({ length: 20 }, () => scraped), expected };
    expect(runRuleTest({ ...test, minutesApart: MINUTES_APART })).toEqual(PASSED);
  });
});
