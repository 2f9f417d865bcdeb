import { afterEach, describe, expect, it } from 'vitest';
import { WHOLE_COLLECTION } from '@/access/callers.js';
import { VisibleCollection } from '@/access/visible-collection.js';
import { USUAL_FRESHNESS, type FeedCollection } from '@/model/collection.js';
import type { Config } from '@/config/config.js';
import { NO_PROTECTION, type Expectation } from '@/model/expectation.js';
import { MetricSource } from '@/model/metric.js';
import { operationOn, SERVER_TYPE, type Operation } from '../support/backups.js';
import {
  configFor,
  runGateway,
  startSimulator,
  type RunningGateway,
  type Simulator,
} from '../support/gateway.js';
import { ask } from '../support/http.js';
import { authWith, keyOf } from '../support/keys.js';
import { readScrape, scrape, seriesOf, type Scrape } from '../support/scrape.js';

const HOUR_MS = 3_600_000;
const NOW_MS = Date.parse('2026-11-29T12:00:00.000Z');
const VERDICTS = ['VIOLATED', 'UNKNOWN', 'OK', 'NOT_EXPECTED'];

const DAILY: Expectation = {
  name: 'daily',
  match: { source: ['server-backups'] },
  rhythm: { kind: 'every', everyMs: 24 * HOUR_MS, graceMs: 0 },
  taskTypes: ['BACKUP'],
  failuresInARow: 2,
  maxDurationMs: 6 * HOUR_MS,
  warningsCountAs: 'success',
  maxBlindMs: HOUR_MS,
};

interface Resource {
  readonly id: string;
  readonly source: string;
  readonly type: string | null;
  readonly name: string | null;
  readonly verdict: string;
  readonly reasons: readonly { readonly code: string }[];
  readonly lastSuccessTime: string | null;
  readonly lastFailureTime: string | null;
  readonly consecutiveFailures: number;
  readonly runningSince: string | null;
  readonly checkpointTime: string | null;
}

let nowMs: number;
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function start(
  simulator: Simulator,
  changes: Partial<Pick<Config, 'metrics' | 'auth'>> & { readonly deadlineMs?: number } = {},
  protection: Partial<Config['protection']> = { expectations: [DAILY] },
): Promise<RunningGateway> {
  const { deadlineMs = 60_000, ...rest } = changes;
  const config = configFor(simulator, { deadlineMs, protection: { ...NO_PROTECTION, ...protection } });
  const gateway = await runGateway({ ...config, ...rest }, { clock: () => nowMs });
  stops.unshift(gateway.stop);
  return gateway;
}

/** Four upstreams with a month of tasks. */
async function busySimulator(): Promise<Simulator> {
  nowMs = NOW_MS;
  const simulator = await startSimulator({ seed: 11, life: { rate: 0 }, clock: () => nowMs });
  stops.unshift(simulator.stop);
  return simulator;
}

/** CBR with these operations on servers, and nothing else. */
async function simulatorWith(operations: Readonly<Record<string, readonly Operation[]>>): Promise<Simulator> {
  nowMs = NOW_MS;
  const simulator = await startSimulator({ fleet: 'empty', life: { rate: 0 }, clock: () => nowMs });
  stops.unshift(simulator.stop);
  for (const [name, each] of Object.entries(operations)) {
    simulator.fleet.cbr.add(...each.map((operation) => operationOn(name, operation)));
  }
  return simulator;
}

/** Ended so many hours before now; it took ten minutes. */
function ended(
  status: 'success' | 'failed',
  hoursAgo: number,
  type: Operation['type'] = 'backup',
): Operation {
  const endedMs = NOW_MS - hoursAgo * HOUR_MS;
  return { type, status, createdMs: endedMs - 600_000, endedMs };
}

async function resourcesOf(url: string): Promise<readonly Resource[]> {
  const { body } = await ask(`${url}/v1/resources?pageSize=1000`);
  return (body as { resources: readonly Resource[] }).resources;
}

/** What the metrics should tell of a resource, written by hand. */
function expectedSeries(resource: Resource): [string, string][] {
  const { id, source, type, name, verdict, reasons } = resource;
  const labels = `source="${source}",type="${type ?? ''}",resource="${id}",name="${name ?? ''}"`;
  const time = (metric: string, at: string | null): [string, string][] =>
    at === null ? [] : [[`tributary_backup_${metric}{${labels}}`, String(Date.parse(at) / 1000)]];
  return [
    ...time('last_success_timestamp_seconds', resource.lastSuccessTime),
    ...time('last_failure_timestamp_seconds', resource.lastFailureTime),
    ...time('running_since_timestamp_seconds', resource.runningSince),
    ...time('checkpoint_timestamp_seconds', resource.checkpointTime),
    [`tributary_backup_consecutive_failures{${labels}}`, String(resource.consecutiveFailures)],
    ...VERDICTS.map((each): [string, string] => [
      `tributary_protection_verdict{${labels},verdict="${each}"}`,
      each === verdict ? '1' : '0',
    ]),
    ...reasons.map(({ code }): [string, string] => [
      `tributary_protection_reason{${labels},reason="${code}"}`,
      '1',
    ]),
  ];
}

const ABOUT_RESOURCES = /^tributary_(?:backup|protection)_/;

function namesIn(scraped: Scrape, metric: string): string[] {
  return Object.keys(seriesOf(scraped, new RegExp(`^${metric}$`)))
    .map((series) => /,name="([^"]*)"/.exec(series)?.[1] ?? '')
    .sort();
}

function verdictOf(scraped: Scrape, name: string): string | undefined {
  return VERDICTS.find((verdict) =>
    [...scraped].some(
      ([series, value]) => value === '1' && series.endsWith(`,name="${name}",verdict="${verdict}"}`),
    ),
  );
}

describe('the metrics of resources', () => {
  it('tell of each resource that is not retired what /v1/resources tells', async () => {
    const logs: Expectation = {
      ...DAILY,
      name: 'log-archive',
      match: { source: ['oceanbase'] },
      rhythm: { kind: 'continuous', lagBelowMs: 60_000 },
      taskTypes: ['CONTINUOUS_LOG_BACKUP'],
    };
    const { url } = await start(await busySimulator(), {}, { expectations: [DAILY, logs] });
    const scraped = await scrape(url);
    const all = await resourcesOf(url);
    const resources = all.filter(({ reasons }) => !reasons.some(({ code }) => code === 'RETIRED'));
    expect(resources.length).toBeLessThan(all.length);
    expect(new Set(resources.map(({ source }) => source)).size).toBe(4);
    expect(seriesOf(scraped, ABOUT_RESOURCES)).toEqual(Object.fromEntries(resources.flatMap(expectedSeries)));
    expect(scraped.get('tributary_metrics_resources_omitted')).toBe('0');
    for (const metric of ['last_success', 'last_failure', 'running_since', 'checkpoint']) {
      expect(namesIn(scraped, `tributary_backup_${metric}_timestamp_seconds`)).not.toEqual([]);
    }
  });

  it('count only the task types that count', async () => {
    const simulator = await simulatorWith({
      'prod-1': [ended('success', 5), ended('success', 2, 'restore'), ended('failed', 1, 'restore')],
    });
    const { url } = await start(simulator, {}, {});
    expect(seriesOf(await scrape(url), /^tributary_backup_/)).toMatchObject({
      [`tributary_backup_last_success_timestamp_seconds{source="server-backups",type="${SERVER_TYPE}",resource="server-backups.OS~3a~3aNova~3a~3aServer.id~20of~20prod-1",name="prod-1"}`]:
        String((NOW_MS - 5 * HOUR_MS) / 1000),
    });
    expect(namesIn(await scrape(url), 'tributary_backup_last_failure_timestamp_seconds')).toEqual([]);
  });

  it('go when the resource is retired, and stay while it is excluded or its feed is unreadable', async () => {
    const simulator = await simulatorWith({
      'prod-1': [ended('success', 5)],
      'prod-2': [ended('success', 5)],
      'test-1': [ended('success', 5)],
    });
    const exclusions = [{ match: { name: ['test-*'] }, reason: 'a test', untilMs: null }];
    const { url } = await start(simulator, {}, { expectations: [DAILY], exclusions });
    const names = async (): Promise<string[]> =>
      namesIn(await scrape(url), 'tributary_backup_last_success_timestamp_seconds');
    expect(await names()).toEqual(['prod-1', 'prod-2', 'test-1']);
    expect(verdictOf(await scrape(url), 'test-1')).toBe('NOT_EXPECTED');

    simulator.fleet.cbr.add(operationOn('prod-2', ended('success', 0, 'remove_resource')));
    nowMs += HOUR_MS / 2;
    const without = await scrape(url);
    expect(await names()).toEqual(['prod-1', 'test-1']);
    expect([...without.keys()].filter((series) => series.includes('prod-2'))).toEqual([]);
    expect(without.get('tributary_metrics_resources_omitted')).toBe('0');

    await simulator.setFault('cbr', 'refuse');
    nowMs += 2 * HOUR_MS;
    expect(await names()).toEqual(['prod-1', 'test-1']);
    const blind = await scrape(url);
    expect(verdictOf(blind, 'prod-1')).toBe('UNKNOWN');
    expect(blind.get('tributary_source_up{source="server-backups"}')).toBe('0');
    expect(blind.get('tributary_source_up{source="kubernetes"}')).toBe('1');
  });

  it('escape names', async () => {
    const name = 'a "b" \\ c\nd{}=,é\0';
    const { url } = await start(await simulatorWith({ [name]: [ended('success', 5)] }));
    const scraped = await scrape(url);
    const found = Object.keys(seriesOf(scraped, /^tributary_backup_consecutive_failures$/));
    expect(found).toEqual([expect.stringMatching(/,name="a \\"b\\" \\\\ c\\nd\{\}=,é(?:\uFFFD)?"\}$/)]);
  });

  it('are those of the worst verdicts where there are too many, and the others are counted', async () => {
    const simulator = await simulatorWith({
      'a-fine': [ended('success', 1)],
      'b-overdue': [ended('success', 30)],
      'c-fine': [ended('success', 1)],
      'd-overdue': [ended('success', 40)],
      'e-fine': [ended('success', 1)],
    });
    const withMost = async (maxResources: number): Promise<Scrape> =>
      scrape((await start(simulator, { metrics: { maxResources } })).url);
    const three = await withMost(3);
    expect(namesIn(three, 'tributary_backup_consecutive_failures')).toEqual([
      'a-fine',
      'b-overdue',
      'd-overdue',
    ]);
    expect(three.get('tributary_metrics_resources_omitted')).toBe('2');
    const all = await withMost(5);
    expect(namesIn(all, 'tributary_backup_consecutive_failures')).toHaveLength(5);
    expect(all.get('tributary_metrics_resources_omitted')).toBe('0');
    const none = await withMost(0);
    expect(seriesOf(none, ABOUT_RESOURCES)).toEqual({});
    expect(none.get('tributary_metrics_resources_omitted')).toBe('5');
  });

  it('are those of the sources that the caller sees, which for metrics are all', async () => {
    const auth = authWith([{ id: 'scraper', scopes: ['metrics:read'], sources: ['search-logs'] }]);
    const { app, url } = await start(await busySimulator(), { auth });
    const scraped = await scrape(url, { 'x-api-key': keyOf('scraper') });
    const ofServers = 'tributary_protection_verdict{source="server-backups"';
    expect([...scraped.keys()].some((series) => series.startsWith(ofServers))).toBe(true);

    const whole = app.get<FeedCollection>(WHOLE_COLLECTION);
    const part = new VisibleCollection(whole, new Set(['search-logs']), new Set());
    const families = await app.get(MetricSource).collect(part, USUAL_FRESHNESS);
    const labels = families
      .flatMap(({ series }) => series.map(([text]) => text))
      .filter((text) => text !== '');
    expect(labels.length).toBeGreaterThan(0);
    expect(labels.filter((text) => !text.startsWith('source="search-logs",'))).toEqual([]);
  });
});

describe('a scrape', () => {
  it('reads feeds like a list, and asks no upstream with only-if-cached', async () => {
    const simulator = await simulatorWith({ 'prod-1': [ended('success', 5)] });
    const { url } = await start(simulator, {}, {});
    const cached = await scrape(url, { 'cache-control': 'only-if-cached' });
    expect(simulator.calls.count('cbr')).toBe(0);
    expect(cached.get('tributary_source_up{source="server-backups"}')).toBe('0');
    expect((await scrape(url)).get('tributary_source_up{source="server-backups"}')).toBe('1');
    const calls = simulator.calls.count('cbr');
    expect(calls).toBeGreaterThan(0);
    await scrape(url, { 'cache-control': 'no-cache' });
    expect(simulator.calls.count('cbr')).toBe(calls);
    nowMs += 60_000;
    await scrape(url);
    expect(simulator.calls.count('cbr')).toBeGreaterThan(calls);
  });

  it.each([
    ['the deadline of the server', 200, {}],
    ['the timeout of Prometheus', 60_000, { 'x-prometheus-scrape-timeout-seconds': '0.250000' }],
  ])(
    'waits for an upstream that hangs no longer than %s, and has all else',
    async (_, deadlineMs, headers) => {
      const simulator = await simulatorWith({ 'prod-1': [ended('success', 5)] });
      await simulator.setFault('cbr', 'hang');
      const { url } = await start(simulator, { deadlineMs });
      const scraped = await scrape(url, headers);
      expect(scraped.get('tributary_source_up{source="server-backups"}')).toBe('0');
      expect(scraped.get('tributary_source_up{source="kubernetes"}')).toBe('1');
      expect(Number(scraped.get('process_resident_memory_bytes'))).toBeGreaterThan(0);
    },
  );
});

describe('a restart', () => {
  const KEPT = /^tributary_(?:backup|protection|metrics|source_up|feed_complete|feed_tasks|feed_fresh)/;

  it.each([1, 2, 3])('changes no series about backups, whatever happened before (seed %s)', async (seed) => {
    nowMs = NOW_MS;
    const simulator = await startSimulator({ seed, life: { rate: 20 }, clock: () => nowMs });
    stops.unshift(simulator.stop);
    const before = await start(simulator);
    let last = await scrape(before.url);
    const begun = seriesOf(last, KEPT);
    for (const minutes of [1, 7, 50, 240]) {
      nowMs += minutes * 60_000;
      last = await scrape(before.url);
    }
    const after = await start(simulator);
    expect(seriesOf(await scrape(after.url), KEPT)).toEqual(seriesOf(last, KEPT));
    expect(seriesOf(last, KEPT)).not.toEqual(begun);
  });
});

describe('readScrape', () => {
  it('does not let two series of one name pass', () => {
    expect(() => readScrape('a{b="1"} 1\na{b="1"} 2\n')).toThrow('twice');
  });
});
