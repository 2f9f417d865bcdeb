import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { SERVER_TYPE } from '../support/backups.js';
import {
  configFor,
  runGateway,
  startSimulator,
  type RunningGateway,
  type Simulator,
} from '../support/gateway.js';
import { scrape, type Scrape } from '../support/scrape.js';
import { addCases, MINUTE_MS, PROTECTION } from './backup-cases.js';
import { canSkipPromtool, promtool } from './promtool.js';
import { runRuleTest, type ExpectedAlerts } from './rule-test.js';

const RULES = 'deploy/prometheus/alerts.yaml';
const BEGIN_MS = Date.parse('2026-11-29T12:00:00.000Z');
const MINUTES_APART = 5;
const LAST_MINUTE = 180;
const REFUSES_FROM_MINUTE = 31;

const PASSED = { code: 0, text: expect.stringContaining('SUCCESS') };

const suite = canSkipPromtool() ? describe.skip : describe;

let nowMs = BEGIN_MS;
let simulator: Simulator;
let gateway: RunningGateway;

beforeAll(async () => {
  simulator = await startSimulator({ fleet: 'empty', life: { rate: 0 }, clock: () => nowMs });
  addCases(simulator, BEGIN_MS);
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
