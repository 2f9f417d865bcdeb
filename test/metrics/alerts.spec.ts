import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVER_TYPE } from '../support/backups.js';
import {
  configFor,
  runGateway,
  startSimulator,
  type RunningGateway,
  type Simulator,
} from '../support/gateway.js';
import { until } from '../support/redis.js';
import { scrape, type Scrape } from '../support/scrape.js';
import { addCases, mendCases, MINUTE_MS, PROTECTION } from './backup-cases.js';
import { canSkipPromtool, promtool } from './promtool.js';
import { runRuleTest, seriesIn } from './rule-test.js';
import { firesFrom, firing, RULES, rules } from './rules.js';

const BEGIN_MS = Date.parse('2026-11-29T12:00:00.000Z');
const MINUTES_APART = 5;
const BLIND_FROM_MINUTE = 35;
const MENDED_AT_MINUTE = 185;
/** The rules look at ten minutes, and keep alerts for fifteen. */
const CLEAR_AT_MINUTE = 207;
const GONE_FROM_MINUTE = 210;
const BACK_AT_MINUTE = 225;

const UP_AGAIN = 'tributary_source_up{source="search-logs"}';

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

/** What Prometheus sees: all goes wrong for hours, then well, then the gateway is gone for a while. */
async function scrapes(): Promise<(Scrape | null)[]> {
  const all: (Scrape | null)[] = [];
  for (let minute = 0; minute <= BACK_AT_MINUTE; minute += MINUTES_APART) {
    nowMs = BEGIN_MS + minute * MINUTE_MS;
    if (minute === BLIND_FROM_MINUTE) await simulator.setFault('css', 'refuse');
    if (minute === MENDED_AT_MINUTE) {
      await simulator.setFault('css', null);
      mendCases(simulator, nowMs);
      // The first read after a pause is a probe, which no scrape waits for.
      await until(async () => (await scrape(gateway.url)).get(UP_AGAIN) === '1');
    }
    const isGone = minute >= GONE_FROM_MINUTE && minute < BACK_AT_MINUTE;
    all.push(isGone ? null : await scrape(gateway.url));
  }
  return all;
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

suite('the alerts about backups', () => {
  it('are valid rules', () => {
    expect(promtool(['check', 'rules', RULES])).toMatchObject({ code: 0 });
  });

  it('fire, each for what it is about and for nothing else, and clear when it is mended', async () => {
    const fire = [
      ...firesFrom(75, 'BackupOverdue', server('late "db"\\', 'id~20of~20late~20~22db~22~5c')),
      ...firesFrom(60, 'BackupNeverRun', server('new server', 'id~20of~20new~20server')),
      ...firesFrom(15, 'BackupFailing', server('failing', 'id~20of~20failing')),
      ...firesFrom(60, 'BackupStuck', server('stuck', 'id~20of~20stuck')),
      ...firesFrom(45, 'LogBackupLagging', tenant('lagging', '1')),
      ...firesFrom(15, 'LogBackupStopped', { ...tenant('stopped', '2'), reason: 'STOPPED' }),
      ...firesFrom(55, 'BackupSourceBlind', { source: 'search-logs' }),
      ...firesFrom(100, 'BackupVerdictUnknown', { source: 'search-logs' }),
      ...firesFrom(70, 'TributaryDataOld', { source: 'search-logs', value: '40m 0s' }),
    ];
    const clear = fire.map(({ alert }) => firing(alert, CLEAR_AT_MINUTE));
    const absent = [
      ...firesFrom(GONE_FROM_MINUTE + 10, 'BackupGatewayAbsent', {}),
      firing('BackupGatewayAbsent', BACK_AT_MINUTE),
    ];
    const expected = [...fire, ...clear, ...absent, firing('BackupResourcesOmitted', MENDED_AT_MINUTE)];
    const tested = new Set(expected.map(({ alert }) => alert));
    const isAboutBackups = (alert: string): boolean => !alert.startsWith('Tributary');
    expect(
      rules.map(({ alert }) => alert).filter((alert) => isAboutBackups(alert) && !tested.has(alert)),
    ).toEqual([]);
    const series = seriesIn(await scrapes());
    expect(runRuleTest({ minutesApart: MINUTES_APART, series, expected })).toEqual(PASSED);
  });

  it('tell of resources that have no metrics of their own', async () => {
    const config = { ...configFor(simulator, { protection: PROTECTION }), metrics: { maxResources: 0 } };
    const bounded = await runGateway(config, { clock: () => nowMs });
    const scraped = await scrape(bounded.url).finally(bounded.stop);
    const [value = ''] = [scraped.get('tributary_metrics_resources_omitted')];
    expect(Number(value)).toBeGreaterThan(0);
    const unlimited = new Map([...scraped, ['tributary_metrics_resources_omitted', '0']]);
    const limited = Array.from({ length: 20 }, () => scraped);
    const series = seriesIn([...limited, ...Array.from({ length: 6 }, () => unlimited)]);
    const expected = [
      ...firesFrom(60, 'BackupResourcesOmitted', { value }),
      firing('BackupResourcesOmitted', 125),
    ];
    expect(runRuleTest({ minutesApart: MINUTES_APART, series, expected })).toEqual(PASSED);
  });
});
