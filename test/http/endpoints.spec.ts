import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startGateway, startSimulator, type RunningGateway, type Simulator } from '../support/gateway.js';
import { ask, type Answer } from '../support/http.js';
import { leaks } from '../support/leaks.js';
import { askPage } from '../support/tasks.js';

interface Budget {
  calls: number;
  perSeconds: number;
  remaining: number;
  resetTime: string | null;
}

interface SentFeed {
  name: string;
  state: string;
  reason: string | null;
  taskCount: number | null;
  fetchTime: string | null;
  ageSeconds: number | null;
  lastSuccessTime: string | null;
  lastErrorTime: string | null;
  coveredSince: string | null;
  upstreamCalls: number;
  drift: Record<string, number>;
  driftExamples: Record<string, { field: string; found: string } | null>;
}
interface SentSource {
  id: string;
  provider: string;
  region: string | null;
  projectId: string | null;
  feeds: SentFeed[];
}

const NOW = Date.parse('2026-11-20T08:00:00Z');
const CBR_FEED = 'sources/server-backups/feeds/operation-logs';
const CBR_LABELS = `source="server-backups",feed="${CBR_FEED}"`;
const NO_DRIFT = {
  ...{ unknownStatus: 0, unknownType: 0, unknownTrigger: 0, unknownField: 0, unreadableTime: 0 },
  ...{ wrongType: 0, droppedRow: 0 },
};

const NO_EXAMPLES = Object.fromEntries(Object.keys(NO_DRIFT).map((kind) => [kind, null]));

let simulator: Simulator;
let gateway: RunningGateway;
let nowMs: number;
beforeEach(async () => {
  nowMs = NOW;
  simulator = await startSimulator({
    clock: () => nowMs,
    life: { rate: 0 },
    fleet: {
      cssClusters: 2,
      cssRowsPerCluster: 20,
      cbrRows: 60,
      cceClusters: 1,
      cceRowsPerCluster: 10,
      ocpTenants: 3,
    },
  });
  gateway = await startGateway(simulator, { clock: () => nowMs });
});
afterEach(async () => {
  await gateway.stop();
  await simulator.stop();
});

const get = (path: string): Promise<Answer> => ask(`${gateway.url}${path}`);
const sources = async (): Promise<SentSource[]> =>
  ((await get('/v1/sources')).body as { sources: SentSource[] }).sources;
const feedsOf = async (source: string): Promise<SentFeed[]> =>
  ((await get(`/v1/sources/${source}`)).body as SentSource).feeds;

describe('/v1/sources', () => {
  it('reports how many upstream calls are left in the current window', async () => {
    await gateway.stop();
    gateway = await startGateway(simulator, {
      clock: () => nowMs,
      sources: (all) => all.map((source) => ({ ...source, rate: { calls: 200, perMs: 300_000 } })),
    });
    const budget = async (): Promise<Budget | null> =>
      ((await get('/v1/sources/server-backups')).body as { budget: Budget | null }).budget;
    expect(await budget()).toEqual({ calls: 200, perSeconds: 300, remaining: 200, resetTime: null });
    await get('/v1/tasks?source=server-backups');
    const calls = simulator.calls.count('cbr');
    expect(calls).toBeGreaterThan(0);
    const { resetTime, ...left } = (await budget()) ?? { resetTime: null };
    expect(left).toEqual({ calls: 200, perSeconds: 300, remaining: 200 - calls });
    const endsInMs = Date.parse(resetTime ?? '') - nowMs;
    expect(endsInMs).toBeGreaterThan(0);
    expect(endsInMs).toBeLessThanOrEqual(300_250);
  });

  it('lists the sources as configured, before anything was read', async () => {
    const listed = await sources();
    expect(listed.map(({ feeds, ...source }) => source)).toEqual([
      {
        id: 'search-logs',
        provider: 'huawei-css',
        region: 'eu-west-101',
        projectId: '04f1829c788037ac2fb8c01eb2b04b95',
        budget: null,
        circuit: { state: 'CLOSED', nextProbeTime: null },
      },
      {
        id: 'server-backups',
        provider: 'huawei-cbr',
        region: 'eu-west-101',
        projectId: '04f1829c788037ac2fb8c01eb2b04b95',
        budget: null,
        circuit: { state: 'CLOSED', nextProbeTime: null },
      },
      {
        id: 'kubernetes',
        provider: 'huawei-cce',
        region: 'eu-west-101',
        projectId: '04f1829c788037ac2fb8c01eb2b04b95',
        budget: null,
        circuit: { state: 'CLOSED', nextProbeTime: null },
      },
      {
        id: 'oceanbase',
        provider: 'oceanbase-ocp',
        region: null,
        projectId: null,
        budget: null,
        circuit: { state: 'CLOSED', nextProbeTime: null },
      },
    ]);
    for (const feed of listed.flatMap(({ feeds }) => feeds)) {
      expect(feed).toMatchObject({
        state: 'LOADING',
        reason: null,
        taskCount: null,
        fetchTime: null,
        ageSeconds: null,
      });
    }
    expect(simulator.calls.count()).toBe(0);
  });

  it('reports the state of each feed once it was read', async () => {
    await askPage(gateway.url);
    nowMs += 2500.123;
    const listed = await sources();
    const { css, cce, allOcpClusters } = simulator.fleet;
    const names = [
      ...css.map(({ id }) => `sources/search-logs/feeds/${id}`).sort(),
      CBR_FEED,
      ...cce.map(({ id }) => `sources/kubernetes/feeds/${id}`),
      ...allOcpClusters.map(({ id }) => `sources/oceanbase/feeds/${id}`).sort(),
    ];
    expect(listed.flatMap(({ feeds }) => feeds.map(({ name }) => name))).toEqual(names);
    const [feed] = await feedsOf('server-backups');
    expect(feed).toEqual({
      name: CBR_FEED,
      state: 'FRESH',
      reason: null,
      cause: null,
      failedCall: null,
      httpStatus: null,
      upstreamErrorCode: null,
      upstreamRequestId: null,
      taskCount: 60,
      resourceCount: null,
      fetchTime: '2026-11-20T08:00:00.000Z',
      ageSeconds: 2.5,
      lastSuccessTime: '2026-11-20T08:00:00.000Z',
      lastErrorTime: null,
      coveredSince: '2026-10-22T00:00:00.000Z',
      upstreamCalls: simulator.calls.count('cbr'),
      circuit: { state: 'CLOSED', nextProbeTime: null },
      drift: NO_DRIFT,
      driftExamples: NO_EXAMPLES,
    });
    for (const source of listed) {
      expect((await get(`/v1/sources/${source.id}`)).body).toEqual(source);
      for (const { state, ageSeconds, drift } of source.feeds) {
        expect({ state, ageSeconds, drift }).toEqual({ state: 'FRESH', ageSeconds: 2.5, drift: NO_DRIFT });
      }
    }
  });

  it('reports a failure before there is a snapshot, a stale snapshot afterwards, and the next success', async () => {
    await simulator.setFault('cbr', 'forbidden');
    await askPage(gateway.url);
    const [failed] = await feedsOf('server-backups');
    expect(failed).toMatchObject({
      state: 'FAILED',
      ...{ reason: 'FORBIDDEN', cause: 'HTTP_STATUS', failedCall: 'READ', httpStatus: 403 },
      taskCount: null,
      lastSuccessTime: null,
      lastErrorTime: '2026-11-20T08:00:00.000Z',
    });
    await simulator.setFault('cbr', null);
    nowMs += 60_000;
    await askPage(gateway.url);
    expect((await feedsOf('server-backups'))[0]).toMatchObject({
      state: 'FRESH',
      reason: null,
      lastSuccessTime: '2026-11-20T08:01:00.000Z',
      lastErrorTime: '2026-11-20T08:00:00.000Z',
    });
    await simulator.setFault('cbr', 'throttle');
    nowMs += 60_000;
    await askPage(gateway.url);
    expect((await feedsOf('server-backups'))[0]).toMatchObject({
      state: 'STALE',
      reason: 'THROTTLED',
      taskCount: 60,
      ageSeconds: 60,
      lastSuccessTime: '2026-11-20T08:01:00.000Z',
      lastErrorTime: '2026-11-20T08:02:00.000Z',
    });
  });

  it('reports a truncated feed', async () => {
    await gateway.stop();
    gateway = await startGateway(simulator, {
      clock: () => nowMs,
      sources: (all) => all.map((source) => ({ ...source, maxTasksPerFeed: 15 })),
    });
    await askPage(gateway.url);
    expect((await feedsOf('server-backups'))[0]).toMatchObject({
      state: 'TRUNCATED',
      reason: 'LIMIT',
      taskCount: 15,
    });
  });

  it('counts values that are not as documented, and lists those tasks all the same', async () => {
    const created_at = new Date(NOW).toISOString();
    const rows: object[] = [
      { id: 'd1', created_at, status: 'melted', operation_type: 'backup' },
      { id: 'd2', created_at, status: 'success', operation_type: 'teleport' },
      { id: 'd3', created_at: 'yesterday', status: 'success', operation_type: 'backup' },
      { id: 'd4', created_at, status: 'success', operation_type: 'backup', vault_name: { no: 'text' } },
      { id: 'd5', created_at, status: 'success', operation_type: 'backup', tape_library: 'secret' },
    ];
    for (const row of rows) simulator.fleet.cbr.addVerbatim(row, NOW);
    simulator.fleet.cbr.addVerbatim('no record at all', NOW);
    const { tasks } = await askPage(gateway.url, { source: 'server-backups', pageSize: 1000 });
    const [feed] = await feedsOf('server-backups');
    expect(feed?.drift).toEqual({
      unknownStatus: 1,
      unknownType: 1,
      unknownTrigger: 0,
      unknownField: 1,
      unreadableTime: 1,
      wrongType: 1,
      droppedRow: 1,
    });
    expect(feed?.driftExamples).toEqual({
      unknownStatus: { field: 'status', found: 'melted' },
      unknownType: { field: 'operation_type', found: 'teleport' },
      unknownTrigger: null,
      unknownField: { field: 'tape_library', found: 'string' },
      unreadableTime: { field: 'created_at', found: 'aaaaaaaaa' },
      wrongType: { field: 'vault_name', found: 'object' },
      droppedRow: { field: '(row)', found: 'string' },
    });
    expect(feed).toMatchObject({
      ...{ taskCount: 65, state: 'TRUNCATED', reason: 'MALFORMED', coveredSince: null },
    });
    const { text } = await get('/metrics');
    expect(text).toContain(`tributary_feed_drift{${CBR_LABELS},kind="unknownField"} 1`);
    expect(text).not.toMatch(/tape_library|melted|teleport/);
    const odd = tasks.filter(({ nativeId }) => /^d\d$/.test(nativeId ?? ''));
    expect(odd.map(({ nativeId, status, type }) => `${nativeId ?? ''} ${status} ${type}`).sort()).toEqual([
      'd1 UNKNOWN BACKUP',
      'd2 SUCCEEDED OTHER',
      'd3 SUCCEEDED BACKUP',
      'd4 SUCCEEDED BACKUP',
      'd5 SUCCEEDED BACKUP',
    ]);
  });

  it('must not be cached', async () => {
    for (const path of ['/v1/sources', '/v1/sources/oceanbase']) {
      expect((await get(path)).headers.get('cache-control')).toBe('no-store');
    }
  });
});

describe('/v1/providers', () => {
  it('lists all providers', async () => {
    const { providers } = (await get('/v1/providers')).body as {
      providers: {
        id: string;
        title: string;
        upstreamFilters: string[];
        paging: string;
        taskTypes: string[];
        taskStatuses: string[];
      }[];
    };
    expect(providers.map(({ id }) => id).sort()).toEqual([
      'huawei-cbr',
      'huawei-cce',
      'huawei-css',
      'oceanbase-ocp',
    ]);
    for (const provider of providers) {
      expect(Object.keys(provider).sort()).toEqual([
        'id',
        'paging',
        'taskStatuses',
        'taskTypes',
        'title',
        'upstreamFilters',
      ]);
      expect(provider.title).toMatch(/\S/);
      expect(provider.paging).toMatch(/\S/);
    }
    const byId = new Map(providers.map((provider) => [provider.id, provider]));
    const sorted = (id: string, field: 'taskTypes' | 'taskStatuses'): string[] =>
      [...(byId.get(id)?.[field] ?? [])].sort();
    expect(sorted('huawei-css', 'taskTypes')).toEqual(['LOG_BACKUP']);
    expect(sorted('huawei-css', 'taskStatuses')).toEqual(['FAILED', 'RUNNING', 'SUCCEEDED', 'UNKNOWN']);
    expect(sorted('huawei-cce', 'taskTypes')).toEqual(['CLUSTER_SNAPSHOT', 'RESTORE']);
    expect(sorted('huawei-cce', 'taskStatuses')).toEqual([
      'FAILED',
      'PAUSED',
      'PENDING',
      'RUNNING',
      'SUCCEEDED',
      'UNKNOWN',
    ]);
    expect(sorted('oceanbase-ocp', 'taskTypes')).toEqual(['CONTINUOUS_LOG_BACKUP']);
    expect(sorted('oceanbase-ocp', 'taskStatuses')).toEqual([
      'FAILED',
      'PAUSED',
      'PENDING',
      'RUNNING',
      'STOPPED',
      'UNKNOWN',
    ]);
    expect(sorted('huawei-cbr', 'taskTypes')).toEqual([
      'BACKUP',
      'DELETE',
      'OTHER',
      'REMOVE_RESOURCE',
      'REPLICATION',
      'RESTORE',
      'SYNC',
      'VAULT_DELETE',
    ]);
    expect(sorted('huawei-cbr', 'taskStatuses')).toEqual([
      'FAILED',
      'PENDING',
      'RUNNING',
      'SKIPPED',
      'SUCCEEDED',
      'TIMED_OUT',
      'UNKNOWN',
    ]);
  });

  it('has every type and status that its tasks have', async () => {
    const { providers } = (await get('/v1/providers')).body as {
      providers: { id: string; taskTypes: string[]; taskStatuses: string[] }[];
    };
    const { tasks } = await askPage(gateway.url, { pageSize: 1000 });
    for (const { provider, type, status } of tasks) {
      const known = providers.find(({ id }) => id === provider);
      expect(known?.taskTypes).toContain(type);
      expect(known?.taskStatuses).toContain(status);
    }
  });
});

describe('/health', () => {
  it('is live and ready before any upstream was called, and calls none', async () => {
    expect((await get('/health/live')).body).toEqual({ status: 'ok' });
    expect((await get('/health/ready')).body).toEqual({ status: 'ok', degraded: [] });
    expect(simulator.calls.count()).toBe(0);
  });

  it('stays ready while upstreams are down, and lists what is degraded', async () => {
    for (const name of ['css', 'cbr', 'cce', 'ocp'] as const) await simulator.setFault(name, 'error-500');
    expect((await get('/v1/tasks')).status).toBe(503);
    const ready = await get('/health/ready');
    expect(ready.status).toBe(200);
    const { status, degraded } = ready.body as {
      status: string;
      degraded: { part: string; detail: string }[];
    };
    expect(status).toBe('degraded');
    expect(degraded.map(({ part }) => part).sort()).toEqual([
      'sources/kubernetes/feeds/-',
      'sources/oceanbase/feeds/-',
      'sources/search-logs/feeds/-',
      CBR_FEED,
    ]);
    for (const { detail } of degraded) expect(detail).toBe('FAILED: UPSTREAM_ERROR');
  });

  it('must not be cached', async () => {
    for (const path of ['/health/live', '/health/ready']) {
      expect((await get(path)).headers.get('cache-control')).toBe('no-store');
    }
  });
});

describe('/metrics', () => {
  const value = (text: string, line: string): number =>
    Number(
      text
        .split('\n')
        .find((each) => each.startsWith(`${line} `))
        ?.slice(line.length + 1) ?? NaN,
    );

  it('counts answers, calls and feeds, with labels from closed sets only', async () => {
    await simulator.setFault('cce', 'error-500');
    await askPage(gateway.url, { resourceName: 'customer-name' });
    await get('/nope/customer-name');
    await get('/v1/tasks/search-logs.customer-name');
    nowMs += 3000;
    const { text, headers } = await get('/metrics');
    expect(headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(text).not.toContain('customer-name');
    expect(value(text, `tributary_feed_tasks{${CBR_LABELS}}`)).toBe(60);
    expect(value(text, `tributary_feed_age_seconds{${CBR_LABELS}}`)).toBe(3);
    expect(value(text, `tributary_feed_fresh{${CBR_LABELS}}`)).toBe(1);
    expect(value(text, 'tributary_feed_fresh{source="kubernetes",feed="sources/kubernetes/feeds/-"}')).toBe(
      0,
    );
    expect(value(text, `tributary_feed_upstream_calls_total{${CBR_LABELS}}`)).toBe(
      simulator.calls.count('cbr'),
    );
    const answered = (route: string, status: number): number =>
      value(
        text,
        `http_server_request_duration_seconds_count{http_request_method="GET",http_route="${route}",http_response_status_code="${status}"}`,
      );
    expect(answered('/v1/tasks', 200)).toBe(1);
    expect(answered('/v1/tasks/:id', 404)).toBe(1);
    expect(answered('unknown', 404)).toBe(1);
    expect(
      value(
        text,
        'tributary_upstream_call_duration_seconds_count{source="kubernetes",outcome="UPSTREAM_ERROR"}',
      ),
    ).toBeGreaterThan(0);
  });
});

describe('the description', () => {
  it('is served as committed, as JSON and as YAML', async () => {
    const committed = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as { openapi: string };
    expect(committed.openapi).toMatch(/^3\.1\./);
    expect((await get('/openapi.json')).body).toEqual(committed);
    const yaml = await get('/openapi.yaml');
    expect(yaml.status).toBe(200);
    expect(parse(yaml.text)).toEqual(committed);
  });

  it('has a page to try the calls', async () => {
    const page = await get('/docs');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    const scripts = [...page.text.matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)].map(
      ([, path = '']) => path,
    );
    expect(scripts.length).toBeGreaterThan(1);
    for (const path of scripts) {
      expect((await ask(new URL(path, `${gateway.url}/docs`).href)).status).toBe(200);
    }
  });
});

describe('/problems', () => {
  it('has a page for each kind, and a list of them', async () => {
    const index = await get('/problems');
    const paths = [...index.text.matchAll(/href="(problems\/[a-z-]+)"/g)].map(([, path = '']) => `/${path}`);
    expect(paths.length).toBeGreaterThan(10);
    for (const path of paths) {
      const page = await get(path);
      expect(page.status).toBe(200);
      expect(page.headers.get('content-type')).toMatch(/^text\/html/);
      expect(page.text).toMatch(/HTTP status: [45]\d\d/);
    }
  });
});

describe('text of the upstreams', () => {
  it('is on no page and not in the log, whatever went wrong', async () => {
    const answers: Answer[] = [];
    for (const kind of ['error-500', 'html', 'unauthorized', 'wrong-shape'] as const) {
      for (const name of ['css', 'cbr', 'cce', 'ocp', 'iam'] as const) await simulator.setFault(name, kind);
      nowMs += 7_200_000;
      answers.push(await get('/v1/tasks'), await get('/v1/tasks/search-logs.x'));
    }
    for (const path of [
      '/v1/sources',
      '/v1/sources/search-logs',
      '/v1/providers',
      '/health/ready',
      '/metrics',
      '/openapi.json',
    ]) {
      answers.push(await get(path));
    }
    expect(leaks(simulator, gateway, ...answers)).toEqual([]);
    expect(gateway.log.length).toBeGreaterThan(10);
  });
});
