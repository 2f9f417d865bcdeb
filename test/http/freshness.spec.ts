import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SourceConfig } from '@/model/source.js';
import { startGateway, startSimulator, type RunningGateway, type Simulator } from '../support/gateway.js';
import { ask, type Answer } from '../support/http.js';
import { askPage, ids, listPath, type SentPage, type SentProblem } from '../support/tasks.js';

const NOW = Date.parse('2026-11-20T08:00:00Z');
const UPSTREAMS = ['css', 'cbr', 'cce', 'ocp'] as const;

let simulator: Simulator;
let gateway: RunningGateway;
let nowMs: number;
const clock = (): number => nowMs;
const later = (seconds: number): void => {
  nowMs += seconds * 1000;
};

beforeEach(async () => {
  nowMs = NOW;
  simulator = await startSimulator({
    clock,
    life: { rate: 0 },
    fleet: {
      cssClusters: 1,
      cssRowsPerCluster: 20,
      cbrRows: 60,
      cceClusters: 1,
      cceRowsPerCluster: 10,
      ocpTenants: 3,
    },
  });
  gateway = await startGateway(simulator, { clock });
});
afterEach(async () => {
  await gateway.stop();
  await simulator.stop();
});

const get = (headers: Record<string, string> = {}, path = '/v1/tasks'): Promise<Answer> =>
  ask(`${gateway.url}${path}`, headers);

/** An answer's own account of its freshness. */
function told({ status, headers }: Answer): Record<string, unknown> {
  return {
    status,
    age: headers.get('age'),
    cacheControl: headers.get('cache-control'),
    cacheStatus: headers.get('cache-status'),
  };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = performance.now() + 10_000;
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error('it never came true');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Resolves once every feed has been read at the clock's time. */
const renewed = (): Promise<void> =>
  until(async () => {
    const { sources } = (await get({}, '/v1/sources')).body as {
      sources: { feeds: { ageSeconds: number | null }[] }[];
    };
    return sources.every(({ feeds }) => feeds.every(({ ageSeconds }) => ageSeconds === 0));
  });

const faultEverywhere = async (kind: 'error-500' | 'hang' | null): Promise<void> => {
  for (const name of UPSTREAMS) await simulator.setFault(name, kind);
};

describe('by default', () => {
  it('the first answer waits, and a snapshot younger than freshFor is served unchanged', async () => {
    expect(told(await get())).toEqual({
      status: 200,
      age: '0',
      cacheControl: 'private, max-age=15, stale-while-revalidate=15',
      cacheStatus: 'tributary; fwd=miss',
    });
    simulator.calls.reset();
    later(10);
    expect(told(await get())).toEqual({
      status: 200,
      age: '10',
      cacheControl: 'private, max-age=15, stale-while-revalidate=15',
      cacheStatus: 'tributary; hit; ttl=5',
    });
    later(4.999);
    expect(told(await get())).toMatchObject({ age: '14', cacheStatus: 'tributary; hit; ttl=0' });
    expect(simulator.calls.count()).toBe(0);
  });

  it('up to twice that age it is served at once while it is refreshed, and is complete', async () => {
    await get();
    for (const name of UPSTREAMS) simulator.settings[name].latencyMs = 300;
    later(20);
    const page = await askPage(gateway.url);
    expect(page.completeness).toMatchObject({ complete: true, problems: [] });
    expect(told(page.answer)).toEqual({
      status: 200,
      age: '20',
      cacheControl: 'private, max-age=20, stale-while-revalidate=15',
      cacheStatus: 'tributary; hit; ttl=-5',
    });
    await renewed();
    expect(told(await get())).toMatchObject({ age: '0', cacheStatus: 'tributary; hit; ttl=15' });
  });

  it('when it is older, the request waits for a refresh', async () => {
    await get();
    simulator.fleet.cbr.addVerbatim(
      { id: 'late', created_at: new Date(nowMs).toISOString(), status: 'running' },
      nowMs,
    );
    later(31);
    const page = await askPage(gateway.url);
    expect(told(page.answer)).toMatchObject({ age: '0', cacheStatus: 'tributary; fwd=stale' });
    expect(ids(page.tasks)).toContain('server-backups.late');
  });

  it('after a failed refresh it waits also within that time, and a snapshot that could not be refreshed is stale', async () => {
    const question = { provider: 'huawei-cce' };
    await askPage(gateway.url, question);
    await simulator.setFault('cce', 'error-500');
    later(16);
    expect((await askPage(gateway.url, question)).completeness.complete).toBe(true);
    await until(async () => {
      const { feeds } = (await get({}, '/v1/sources/kubernetes')).body as {
        feeds: { lastErrorTime: string | null }[];
      };
      return feeds.every(({ lastErrorTime }) => lastErrorTime !== null);
    });
    later(2);
    const during = await askPage(gateway.url, question);
    expect(during.completeness.problems).toMatchObject([
      { state: 'STALE', reason: 'UPSTREAM_ERROR', lastSuccessTime: '2026-11-20T08:00:00.000Z' },
    ]);
    expect(told(during.answer)).toMatchObject({ age: '18', cacheControl: 'no-store' });
    await simulator.setFault('cce', null);
    later(2);
    const after = await askPage(gateway.url, question);
    expect(after.completeness).toMatchObject({ complete: true, problems: [] });
    expect(told(after.answer)).toMatchObject({ age: '0', cacheStatus: 'tributary; fwd=stale' });
  });

  it('a snapshot older than keepFor is not served at all', async () => {
    await get();
    await faultEverywhere('error-500');
    later(24 * 3600 - 1);
    expect((await get()).status).toBe(200);
    later(2);
    expect((await get()).status).toBe(503);
    expect((await get({ 'cache-control': 'max-stale' })).status).toBe(503);
  });

  it('Age is that of the oldest snapshot used, and max-age is counted to the first that becomes stale', async () => {
    await get({}, '/v1/tasks?provider=huawei-css');
    later(9);
    expect(told(await get())).toMatchObject({
      age: '9',
      cacheControl: 'private, max-age=15, stale-while-revalidate=15',
      cacheStatus: 'tributary; fwd=miss',
    });
    expect(told(await get({}, '/v1/tasks?provider=huawei-cbr'))).toMatchObject({
      age: '0',
      cacheStatus: 'tributary; hit; ttl=15',
    });
  });
});

describe('Cache-Control of the request', () => {
  it('no-cache and max-age=0 refresh a fresh snapshot', async () => {
    await get();
    for (const cacheControl of [
      'no-cache',
      'No-Cache',
      'max-age=3600, no-cache',
      'no-cache, foo=bar',
      'max-age=0',
    ]) {
      later(1);
      simulator.calls.reset();
      expect({ asked: cacheControl, ...told(await get({ 'cache-control': cacheControl })) }).toMatchObject({
        asked: cacheControl,
        age: '0',
        cacheStatus: 'tributary; fwd=stale',
      });
      for (const name of UPSTREAMS) expect(simulator.calls.count(name)).toBeGreaterThan(0);
    }
  });

  it('max-age=N accepts nothing older, below and above freshFor', async () => {
    await get();
    later(5);
    expect(told(await get({ 'cache-control': 'max-age=5' }))).toMatchObject({
      age: '5',
      cacheStatus: 'tributary; hit; ttl=10',
    });
    later(1);
    expect(told(await get({ 'cache-control': 'max-age=5' }))).toMatchObject({
      age: '0',
      cacheStatus: 'tributary; fwd=stale',
    });
    later(40);
    expect(told(await get({ 'cache-control': 'max-age=3600' }))).toMatchObject({
      age: '0',
      cacheStatus: 'tributary; fwd=stale',
    });
  });

  it('max-age=N that cannot be met gives a stale answer, although freshFor has not passed', async () => {
    await get();
    await faultEverywhere('error-500');
    later(5);
    const page = await askPage(gateway.url, {}, { 'cache-control': 'max-age=2' });
    expect(page.unreachable).toHaveLength(page.completeness.problems.length);
    expect(page.unreachable.length).toBeGreaterThanOrEqual(UPSTREAMS.length);
    expect(page.completeness.complete).toBe(false);
    expect(told(page.answer)).toMatchObject({ cacheControl: 'no-store' });
  });

  it('max-stale[=N] accepts a snapshot that is that much older, at once and as complete', async () => {
    await get();
    for (const name of UPSTREAMS) simulator.settings[name].latencyMs = 300;
    later(100);
    for (const accepted of ['max-stale=85', 'max-stale']) {
      const page = await askPage(gateway.url, {}, { 'cache-control': accepted });
      expect(page.completeness).toMatchObject({ complete: true, problems: [] });
      expect(told(page.answer)).toMatchObject({ age: '100', cacheStatus: 'tributary; hit; ttl=-85' });
    }
    await renewed();
    later(100);
    expect(told(await get({ 'cache-control': 'max-stale=84' }))).toMatchObject({
      age: '0',
      cacheStatus: 'tributary; fwd=stale',
    });
  });

  it('only-if-cached never calls an upstream', async () => {
    const cold = await get({ 'cache-control': 'only-if-cached' });
    expect(cold.status).toBe(504);
    expect((cold.body as SentProblem).type).toBe('/problems/nothing-cached');
    expect(simulator.calls.count()).toBe(0);
    await get({}, '/v1/tasks?provider=huawei-cce');
    simulator.calls.reset();
    const partial = await askPage(gateway.url, {}, { 'cache-control': 'only-if-cached' });
    expect(new Set(partial.tasks.map(({ provider }) => provider))).toEqual(new Set(['huawei-cce']));
    expect(partial.completeness.problems.map(({ state, reason }) => [state, reason])).toEqual([
      ['LOADING', null],
      ['LOADING', null],
      ['LOADING', null],
    ]);
    later(1000);
    const old = await askPage(gateway.url, { provider: 'huawei-cce' }, { 'cache-control': 'only-if-cached' });
    expect(old.completeness.problems).toMatchObject([{ state: 'STALE', reason: null }]);
    expect(told(old.answer)).toMatchObject({ age: '1000', cacheControl: 'no-store' });
    const accepted = await askPage(
      gateway.url,
      { provider: 'huawei-cce' },
      { 'cache-control': 'only-if-cached, max-stale' },
    );
    expect(accepted.completeness.complete).toBe(true);
    expect(told(accepted.answer)).toMatchObject({ cacheStatus: 'tributary; hit; ttl=-985' });
    expect(simulator.calls.count()).toBe(0);
  });

  it('only-if-cached gets a 504 for a task that is not known', async () => {
    expect((await get({ 'cache-control': 'only-if-cached' }, '/v1/tasks/search-logs.x')).status).toBe(504);
    expect(simulator.calls.count()).toBe(0);
  });

  it('with unknown directives is ignored', async () => {
    await get();
    later(1);
    simulator.calls.reset();
    for (const asked of [
      '',
      ',',
      'max-age',
      'max-age=-1',
      'max-age=x',
      'max-stale=x',
      'no-store',
      'immutable',
      '=',
      'foo="a,no-cachet"',
      '\u00fc',
    ]) {
      const answer = told(await get({ 'cache-control': asked }));
      expect({ asked, ...answer }).toMatchObject({ asked, status: 200, age: '1' });
    }
    expect(simulator.calls.count()).toBe(0);
  });
});

describe('Prefer', () => {
  it('wait=N limits the wait, and the server’s deadline limits N', async () => {
    await get({}, '/v1/tasks?provider=huawei-cbr,huawei-cce,oceanbase-ocp');
    await simulator.setFault('css', 'hang');
    const startMs = performance.now();
    const page = await askPage(gateway.url, {}, { prefer: 'wait=1' });
    expect(performance.now() - startMs).toBeGreaterThan(900);
    expect(page.completeness.problems).toMatchObject([{ state: 'LOADING', reason: 'TIMEOUT' }]);
    expect(page.answer.headers.get('preference-applied')).toBe('wait=1');
    await gateway.stop();
    gateway = await startGateway(simulator, { clock, deadlineMs: 1000 });
    const bounded = await ask(`${gateway.url}${listPath({ provider: 'huawei-css' })}`, {
      prefer: 'wait=3600',
    });
    expect(bounded.status).toBe(504);
    // The read goes on: what ended is the wait.
    expect((bounded.body as SentProblem).problems).toMatchObject([{ state: 'LOADING', reason: 'TIMEOUT' }]);
  });

  it('wait=0 answers with the snapshots that exist', async () => {
    await get({}, '/v1/tasks?provider=huawei-cce');
    for (const name of UPSTREAMS) simulator.settings[name].latencyMs = 60_000;
    const page = await askPage(gateway.url, {}, { prefer: 'wait=0' });
    expect(page.unreachable).toHaveLength(3);
    expect(page.tasks.length).toBeGreaterThan(0);
  });

  it('is answered with the preferences that were applied', async () => {
    for (const [prefer, applied] of [
      ['handling=strict', 'handling=strict'],
      ['handling=lenient', 'handling=lenient'],
      ['Handling="strict"', 'handling=strict'],
      ['wait=3, handling=lenient', 'wait=3, handling=lenient'],
      ['respond-async, wait=3', 'wait=3'],
      ['wait=3; foo=bar', 'wait=3'],
      // What is applied is the deadline.
      ['wait=3600', 'wait=60'],
      ['handling=loose', null],
      ['wait=soon', null],
      ['wait=-1', null],
      ['return=minimal', null],
      ['', null],
    ] as const) {
      const { status, headers } = await get({ prefer });
      const found = { prefer, status, applied: headers.get('preference-applied') };
      expect(found).toEqual({ prefer, status: 200, applied });
    }
  });
});

describe('ETag', () => {
  const path = '/v1/tasks?pageSize=5';
  const tagOf = async (headers: Record<string, string> = {}, of = path): Promise<string> =>
    (await get(headers, of)).headers.get('etag') ?? '';

  it('is strong, and a request that names it gets a 304 without a body', async () => {
    const etag = await tagOf();
    expect(etag).toMatch(/^"[^"]+"$/);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, `"a", W/"b" , W/${etag},"c"`, '*']) {
      const answer = await get({ 'if-none-match': known }, path);
      expect({ known, status: answer.status, text: answer.text }).toEqual({ known, status: 304, text: '' });
      expect(answer.headers.get('etag')).toBe(etag);
      expect(answer.headers.get('cache-control')).toMatch(/^private, max-age=/);
      expect(answer.headers.get('vary')).not.toBeNull();
      expect(answer.headers.get('content-type')).toBeNull();
    }
    for (const unknown of ['"other"', etag.slice(1, -1), `${etag.slice(0, -1)}x"`, '""', '']) {
      expect((await get({ 'if-none-match': unknown }, path)).status).toBe(200);
    }
  });

  it('stays the same while the content does, over refreshes and a restart, and changes with it', async () => {
    // Without a next page: its token would be signed with a key of the process.
    const whole = '/v1/tasks?pageSize=1000';
    const etag = await tagOf({}, whole);
    later(3);
    expect(await tagOf({ 'cache-control': 'no-cache' }, whole)).toBe(etag);
    await gateway.stop();
    later(3);
    gateway = await startGateway(simulator, { clock });
    expect(await tagOf({}, whole)).toBe(etag);
    const [record] = simulator.fleet.cbr.records;
    if (record === undefined) throw new Error('no record');
    record.status = record.status === 'failed' ? 'success' : 'failed';
    later(1);
    expect(await tagOf({ 'cache-control': 'no-cache' }, whole)).not.toBe(etag);
    expect((await get({ 'if-none-match': etag }, whole)).status).toBe(200);
  });

  it('differs between queries and between partial and complete answers', async () => {
    const tags = new Set<string>();
    const paths = [
      path,
      '/v1/tasks?pageSize=6',
      '/v1/tasks?pageSize=5&include=raw',
      '/v1/tasks?pageSize=5&page=2',
    ];
    for (const each of paths) tags.add(await tagOf({}, each));
    await simulator.setFault('cce', 'error-500');
    later(40);
    tags.add(await tagOf());
    expect(tags.size).toBe(5);
  });

  it('is sent for one task as well', async () => {
    const { tasks } = await askPage(gateway.url, { pageSize: 1 });
    const one = `/v1/tasks/${tasks[0]?.id ?? ''}`;
    const answer = await get({}, one);
    const etag = answer.headers.get('etag') ?? '';
    expect(told(answer)).toEqual({
      status: 200,
      age: '0',
      cacheControl: 'private, max-age=15, stale-while-revalidate=15',
      cacheStatus: 'tributary; hit; ttl=15',
    });
    expect((await get({ 'if-none-match': etag }, one)).status).toBe(304);
    expect(await tagOf({}, `${one}?include=raw`)).not.toBe(etag);
  });
});

describe('HEAD', () => {
  it('has the headers of GET and no body', async () => {
    for (const path of [
      '/v1/tasks?pageSize=3',
      '/v1/sources',
      '/v1/providers',
      '/health/live',
      '/openapi.json',
    ]) {
      // The length of a compressed body is not that of its text.
      const plain = { 'accept-encoding': 'identity' };
      await get(plain, path);
      const [got, head] = [await get(plain, path), await ask(`${gateway.url}${path}`, plain, 'HEAD')];
      expect(head.status).toBe(200);
      expect(head.text).toBe('');
      const bytes = String(Buffer.byteLength(got.text));
      expect([got.headers.get('content-length'), head.headers.get('content-length')]).toEqual([bytes, bytes]);
      for (const name of ['etag', 'link', 'cache-control', 'content-type', 'age', 'vary']) {
        expect([path, name, head.headers.get(name)]).toEqual([path, name, got.headers.get(name)]);
      }
    }
  });

  it('of a known page is a 304', async () => {
    const { answer } = await askPage(gateway.url);
    const head = await ask(
      `${gateway.url}/v1/tasks`,
      { 'if-none-match': answer.headers.get('etag') ?? '' },
      'HEAD',
    );
    expect(head.status).toBe(304);
    expect(head.headers.get('etag')).toBe(answer.headers.get('etag'));
    expect(head.headers.get('content-length')).toBeNull();
  });
});

describe('Link', () => {
  const linksOf = ({ headers }: Answer): Record<string, string> =>
    Object.fromEntries(
      [...(headers.get('link') ?? '').matchAll(/<([^>]*)>; rel="([^"]*)"/g)].map(
        ([, target = '', rel = '']) => [rel, target],
      ),
    );

  it('next leads through the whole list, and first back to its start', async () => {
    const question = listPath({
      status: ['SUCCEEDED', 'FAILED'],
      orderBy: 'updateTime asc',
      pageSize: 13,
      createdBefore: '2026-11-20T10:00:00+02:00',
    });
    const seen: string[] = [];
    let path: string | undefined = question;
    while (path !== undefined) {
      const answer = await get({}, path);
      expect(answer.status).toBe(200);
      const { tasks, nextPageToken } = answer.body as SentPage;
      seen.push(...ids(tasks));
      const { next, first, 'service-desc': description } = linksOf(answer);
      expect(next === undefined).toBe(nextPageToken === '');
      expect(((await get({}, first)).body as SentPage).tasks[0]?.id).toBe(seen[0]);
      expect(description).toBe('/openapi.json');
      path = next;
    }
    const { tasks } = await askPage(gateway.url, {
      status: 'SUCCEEDED,FAILED',
      orderBy: 'updateTime asc',
      pageSize: 1000,
      createdBefore: '2026-11-20T08:00:00Z',
    });
    expect(seen).toEqual(ids(tasks));
  });

  it('next works from a page by number, and with special characters', async () => {
    const byNumber = await get({}, '/v1/tasks?page=2&pageSize=7');
    const third = (await get({}, linksOf(byNumber).next ?? '')).body as SentPage;
    expect(third.tasks).toEqual((await askPage(gateway.url, { page: 3, pageSize: 7 })).tasks);
    const odd = await get(
      {},
      '/v1/tasks?resourceName=%3E%3B%20rel%3D%22next%22%2C%3Cx%26y%3D%C3%BC&pageSize=1',
    );
    expect(Object.keys(linksOf(odd)).sort()).toEqual(['first', 'service-desc']);
    const follow = await get({}, '/v1/tasks?resourceName=-0&pageSize=1');
    expect((await get({}, linksOf(follow).next ?? '')).status).toBe(200);
  });

  it('of one task leads to the description', async () => {
    const { tasks } = await askPage(gateway.url, { pageSize: 1 });
    expect(linksOf(await get({}, `/v1/tasks/${tasks[0]?.id ?? ''}`))).toEqual({
      'service-desc': '/openapi.json',
    });
  });
});

describe('other headers', () => {
  it('state what the answer depends on and how long it took', async () => {
    const { headers } = await get();
    expect(headers.get('vary')?.toLowerCase().split(/, */)).toContain('prefer');
    expect(headers.get('server-timing')).toMatch(/^[a-z]+;dur=\d+(\.\d+)?/);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('server')).toBeNull();
  });

  it('X-Request-Id is the caller’s, in problems and the log too', async () => {
    for (const id of ['abc', 'A-1_b.c:d/e+f=g@h', 'x'.repeat(128), 'b2f7c9de-1111-4c2e-9d0f-0255ac101a4b']) {
      expect((await get({ 'x-request-id': id })).headers.get('x-request-id')).toBe(id);
      const problem = await get({ 'x-request-id': id }, '/nope');
      expect((problem.body as SentProblem).requestId).toBe(id);
      expect(problem.headers.get('x-request-id')).toBe(id);
      await until(() =>
        gateway.log.some((line) => (JSON.parse(line) as { requestId?: string }).requestId === id),
      );
    }
  });

  it('X-Request-Id is replaced where it is invalid', async () => {
    const given: (string | null)[] = [];
    for (const id of [
      '',
      'with space',
      'x'.repeat(129),
      '<script>',
      '"quoted"',
      'a,b',
      'tab\there',
      '\u00fc',
      '${jndi:x}',
      '%0d%0a',
    ]) {
      given.push((await get({ 'x-request-id': id })).headers.get('x-request-id'));
      expect([id, given.at(-1)]).toEqual([id, expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    }
    expect(new Set(given).size).toBe(given.length);
  });
});

describe('traceparent', () => {
  const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
  const PARENT = '00f067aa0ba902b7';
  const sent = (): (string | undefined)[] =>
    simulator.calls.entries
      .filter(({ upstream }) => upstream !== 'iam')
      .map(({ headers }) => (typeof headers.traceparent === 'string' ? headers.traceparent : undefined));

  it.each(['01', '00'])(
    'is passed on in every upstream call, with its flags %s and a new parent id',
    async (flags) => {
      await get({ traceparent: `00-${TRACE}-${PARENT}-${flags}` });
      const traces = sent();
      for (const name of UPSTREAMS) expect(simulator.calls.count(name)).toBeGreaterThan(0);
      for (const trace of traces) {
        expect(trace).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-${flags}$`));
        expect(trace).not.toContain(PARENT);
      }
    },
  );

  it('is passed on for one task, with the tracestate', async () => {
    const headers = { traceparent: `00-${TRACE}-${PARENT}-01`, tracestate: 'vendor=value' };
    await get(headers, '/v1/tasks/search-logs.x');
    expect(sent().length).toBeGreaterThan(0);
    for (const trace of sent()) expect(trace).toContain(TRACE);
    const states = simulator.calls.entries.map((call) => call.headers.tracestate);
    expect(new Set(states)).toEqual(new Set(['vendor=value']));
  });

  it('is in the log', async () => {
    await get({ traceparent: `00-${TRACE}-${PARENT}-01` });
    await until(() => gateway.log.some((line) => line.includes(TRACE)));
  });

  it('that is invalid is not passed on', async () => {
    for (const traceparent of [
      'nonsense',
      `00-${'0'.repeat(32)}-${PARENT}-01`,
      `00-${TRACE}-${'0'.repeat(16)}-01`,
      `00-${TRACE.toUpperCase()}-${PARENT}-01`,
      `ff-${TRACE}-${PARENT}-01`,
      `00-${TRACE}-${PARENT}-01-more`,
      `00-${TRACE}-${PARENT}`,
    ]) {
      later(1);
      simulator.calls.reset();
      expect((await get({ traceparent, 'cache-control': 'no-cache' })).status).toBe(200);
      expect(sent().length).toBeGreaterThan(0);
      expect([traceparent, ...sent().filter((trace) => trace?.includes(TRACE))]).toEqual([traceparent]);
    }
  });
});

describe('many requests at once', () => {
  it('the second of two cold requests reports that it joined the first', async () => {
    for (const name of UPSTREAMS) simulator.settings[name].latencyMs = 200;
    const [first, second] = await Promise.all([
      get(),
      until(() => simulator.calls.count() > 0).then(() => get()),
    ]);
    expect(first.headers.get('cache-status')).toBe('tributary; fwd=miss');
    expect(second.headers.get('cache-status')).toBe('tributary; fwd=miss; collapsed');
    expect(second.text).toBe(first.text);
  });

  it('two hundred cold requests cause one read of each feed', async () => {
    await get();
    const callsOfOneRead = simulator.calls.count();
    const perFeed = countCalls();
    await gateway.stop();
    // However long a busy machine takes: no feed is read again for its age, no call is made again for its time-out.
    const sources = (all: readonly SourceConfig[]): SourceConfig[] =>
      all.map((source) => ({ ...source, freshForMs: 3_600_000, timeoutMs: 120_000 }));
    gateway = await startGateway(simulator, { clock, sources });
    simulator.calls.reset();
    for (const name of UPSTREAMS) simulator.settings[name].latencyMs = 300;
    const answers = await Promise.all(Array.from({ length: 200 }, () => get()));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ headers }) => headers.get('etag'))).size).toBe(1);
    expect(simulator.calls.count()).toBe(callsOfOneRead);
    expect(countCalls()).toEqual(perFeed);
    const alone = answers.filter(({ headers }) => headers.get('cache-status') === 'tributary; fwd=miss');
    expect(alone).toHaveLength(1);
  });

  /** How often each feed was called. */
  function countCalls(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { upstream, feed } of simulator.calls.entries) {
      const key = `${upstream}/${feed ?? ''}`;
      counts[key] = (counts[key] ?? 0) + 1;
    }
    return counts;
  }

  it('two hundred refreshes at once cause one read as well', async () => {
    await get();
    const callsOfOneRead = simulator.calls.count();
    later(1);
    simulator.calls.reset();
    for (const name of UPSTREAMS) simulator.settings[name].latencyMs = 500;
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => get({ 'cache-control': 'max-age=0' })),
    );
    expect(new Set(answers.map(({ headers }) => headers.get('age')))).toEqual(new Set(['0']));
    // The log-in and the listings of clusters are still good.
    expect(simulator.calls.count()).toBeLessThanOrEqual(callsOfOneRead);
  });
});
