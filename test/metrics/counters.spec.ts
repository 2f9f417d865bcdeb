import { afterEach, describe, expect, it } from 'vitest';
import { configFor, runGateway, startGateway, type GatewayOptions } from '../support/gateway.js';
import { ask } from '../support/http.js';
import { redisNamespace, until } from '../support/redis.js';
import { usesRedis } from '../support/replica.js';
import { scrape, seriesOf, type Scrape } from '../support/scrape.js';
import { SMALL, TestSetup } from '../support/test-setup.js';

const setup = new TestSetup();
afterEach(() => setup.clear());

const CACHED = { 'cache-control': 'only-if-cached' };

/** Without reads that the scrape itself would cause. */
const told = (url: string): Promise<Scrape> => scrape(url, CACHED);

async function start(
  options: GatewayOptions = {},
): Promise<{ url: string; simulator: Awaited<ReturnType<TestSetup['simulator']>> }> {
  const simulator = await setup.simulator(SMALL);
  const gateway = await startGateway(simulator, options);
  setup.onClear(gateway.stop);
  return { url: gateway.url, simulator };
}

describe('partial answers', () => {
  it('are counted by route, whatever they are about', async () => {
    const { url, simulator } = await start();
    const routes = ['/v1/tasks', '/v1/tasks/summary', '/v1/resources', '/v1/protection'];
    for (const route of routes) await ask(url + route);
    const metric = /^tributary_partial_answers_total$/;
    const nothing = routes.map((route) => [`tributary_partial_answers_total{http_route="${route}"}`, '0']);
    expect(seriesOf(await told(url), metric)).toEqual(Object.fromEntries(nothing));

    await simulator.setFault('cbr', 'refuse');
    for (const route of routes) await ask(url + route, { 'cache-control': 'no-cache' });
    const once = nothing.map(([series]) => [series, '1']);
    expect(seriesOf(await told(url), metric)).toEqual(Object.fromEntries(once));
  });
});

describe('questions for snapshots', () => {
  it('are counted by what they waited for', async () => {
    const { url } = await start({
      sources: (sources) => sources.map((each) => ({ ...each, freshForMs: 3_600_000 })),
    });
    await ask(`${url}/v1/tasks`);
    for (let hits = 0; hits < 3; hits += 1) await ask(`${url}/v1/tasks`);
    await ask(`${url}/v1/tasks`, { 'cache-control': 'no-cache' });
    const scraped = await told(url);
    // The scrape itself is a question.
    expect(seriesOf(scraped, /^tributary_cache_lookups_total$/)).toEqual({
      'tributary_cache_lookups_total{result="hit"}': '4',
      'tributary_cache_lookups_total{result="stale"}': '1',
      'tributary_cache_lookups_total{result="miss"}': '1',
    });
  });
});

describe('reads and calls', () => {
  it('are counted by outcome, and begin at zero', async () => {
    const { url, simulator } = await start();
    const reads = 'tributary_feed_reads_total{source="server-backups"';
    const before = await told(url);
    expect(before.get(`${reads},outcome="OK"}`)).toBe('0');
    expect(before.get(`${reads},outcome="UPSTREAM_ERROR"}`)).toBe('0');

    await ask(`${url}/v1/tasks`);
    await simulator.setFault('cbr', 'error-500');
    await ask(`${url}/v1/tasks`, { 'cache-control': 'no-cache' });
    const after = await told(url);
    expect(after.get(`${reads},outcome="OK"}`)).toBe('1');
    expect(after.get(`${reads},outcome="UPSTREAM_ERROR"}`)).toBe('1');
    expect(after.get('tributary_feed_read_duration_seconds_count{source="server-backups"}')).toBe('2');
    const answers = seriesOf(after, /^tributary_upstream_error_answers_total$/);
    expect(Object.keys(answers)).toEqual([
      'tributary_upstream_error_answers_total{source="server-backups",http_response_status_code="500"}',
    ]);
  });

  it('show a refused credential', async () => {
    const { url, simulator } = await start();
    await simulator.setFault('css', 'unauthorized');
    await ask(`${url}/v1/tasks`);
    const refused = 'tributary_source_credential_refused{source=';
    expect((await told(url)).get(`${refused}"search-logs"}`)).toBe('1');
    expect((await told(url)).get(`${refused}"kubernetes"}`)).toBe('0');
    await simulator.setFault('css', null);
    await until(async () => (await scrape(url)).get(`${refused}"search-logs"}`) === '0');
  });

  it('show what is left of a budget, only for sources with a rate', async () => {
    const { url } = await start({
      sources: (sources) =>
        sources.map((each) =>
          each.id === 'kubernetes' ? { ...each, rate: { calls: 50, perMs: 3_600_000 } } : each,
        ),
    });
    await ask(`${url}/v1/tasks`);
    const scraped = await told(url);
    const left = Number(scraped.get('tributary_source_call_budget_remaining_calls{source="kubernetes"}'));
    expect(left).toBeLessThan(50);
    expect(seriesOf(scraped, /^tributary_source_call_budget_calls$/)).toEqual({
      'tributary_source_call_budget_calls{source="kubernetes"}': '50',
    });
  });
});

describe('tasks', () => {
  it('are counted by status for each source, and again when they change', async () => {
    const { url } = await start();
    const counted = async (): Promise<Record<string, number>> => {
      const series = seriesOf(await told(url), /^tributary_tasks$/);
      const found = Object.entries(series).map(([name, value]) => [name, Number(value)] as const);
      return Object.fromEntries(found);
    };
    const none = await counted();
    expect(Object.keys(none)).toHaveLength(4 * 9);
    expect(Object.values(none).every((count) => count === 0)).toBe(true);

    const { body } = await ask(`${url}/v1/tasks/summary?groupBy=source,status`);
    const { groups } = body as { groups: { key: { source: string; status: string }; count: number }[] };
    const expected = Object.fromEntries(
      groups.map(({ key, count }) => [
        `tributary_tasks{source="${key.source}",status="${key.status}"}`,
        count,
      ]),
    );
    expect(await counted()).toEqual({ ...none, ...expected });
  });
});

describe('requests in flight', () => {
  it('are those that wait for an upstream', async () => {
    const { url, simulator } = await start({ deadlineMs: 60_000 });
    const inFlight = async (): Promise<number> =>
      Number((await told(url)).get('tributary_http_requests_in_flight'));
    expect(await inFlight()).toBe(0);
    await simulator.setFault('ocp', 'hang');
    const waiting = ask(`${url}/v1/tasks`);
    await until(async () => (await inFlight()) === 1);
    await simulator.setFault('ocp', 'refuse');
    await waiting;
    await until(async () => (await inFlight()) === 0);
  });
});

describe('Redis', () => {
  it('has metrics where there is one, which begin at zero', async () => {
    const simulator = await setup.simulator(SMALL);
    const { url, prefix, stop } = await redisNamespace();
    setup.onClear(stop);
    const config = configFor(simulator, { redis: { url, prefix } });
    const gateway = await runGateway(config);
    setup.onClear(gateway.stop);
    await usesRedis(gateway);
    await ask(`${gateway.url}/v1/tasks`);
    const scraped = await told(gateway.url);
    for (const kind of ['short', 'bulk']) {
      const count = scraped.get(`tributary_redis_command_duration_seconds_count{kind="${kind}"}`);
      expect(Number(count)).toBeGreaterThan(0);
    }
    expect(scraped.get('tributary_redis_up')).toBe('1');
    expect(scraped.has('tributary_redis_failures_total{code="TIMEOUT"}')).toBe(true);
    expect(scraped.get('tributary_redis_rejected_total{kind="entry"}')).toBe('0');
    expect(scraped.get('tributary_snapshot_store_faults_total{code="TIMEOUT"}')).toBe('0');
  });

  it('has none where there is no Redis', async () => {
    const { url } = await start();
    expect(seriesOf(await told(url), /^tributary_(?:redis|snapshot)_/)).toEqual({});
  });
});
