import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SourceConfig } from '@/model/source.js';
import type { FaultKind } from '@/simulator/faults/fault.js';
import {
  startGateway,
  startSimulator,
  type GatewayOptions,
  type RunningGateway,
  type Simulator,
} from '../support/gateway.js';
import { IN_FULL } from '../support/figures.js';
import { ask, type Answer } from '../support/http.js';
import { leaks } from '../support/leaks.js';
import {
  askPage,
  listPath,
  type SentFeedProblem,
  type SentPage,
  type SentProblem,
} from '../support/tasks.js';

/** Where nothing hangs, nobody waits for it, however loaded the machine is. */
const AMPLE_MS = 60_000;
/** Where something hangs: a loaded machine needs several of these until all others are read. */
const DEADLINE_MS = 500;
/** What a loaded machine may need on top of the deadline. */
const SLACK_MS = 60_000;

const deadlineFor = (kind: FaultKind): number => (kind === 'hang' ? DEADLINE_MS : AMPLE_MS);
const ifHanging = (kind: FaultKind, feed: string): string | null => (kind === 'hang' ? feed : null);

const UPSTREAMS = ['css', 'cbr', 'cce', 'ocp'] as const;
type UpstreamOfTasks = (typeof UPSTREAMS)[number];
const SOURCES: Record<UpstreamOfTasks, string> = {
  css: 'search-logs',
  cbr: 'server-backups',
  cce: 'kubernetes',
  ocp: 'oceanbase',
};
const FAULTS: [FaultKind, string][] = [
  ['hang', 'TIMEOUT'],
  ['error-500', 'UPSTREAM_ERROR'],
  ['throttle', 'THROTTLED'],
  ['unauthorized', 'UNAUTHORIZED'],
  ['forbidden', 'FORBIDDEN'],
  ['not-found', 'NOT_FOUND'],
  ['html', 'MALFORMED'],
  ['bad-gateway-html', 'UPSTREAM_ERROR'],
  ['cut-json', 'MALFORMED'],
  ['wrong-shape', 'MALFORMED'],
  ['reset', 'UNREACHABLE'],
  ['refuse', 'UNREACHABLE'],
];

/** Each at every upstream in `npm run test:faults`, else at one of them, and at another in other runs. */
function atUpstreams<K>(
  names: readonly UpstreamOfTasks[],
  kinds: readonly K[],
): (readonly [UpstreamOfTasks, K])[] {
  const first = Math.floor(Math.random() * names.length);
  return kinds.flatMap((kind, index) =>
    names
      .filter((_, at) => IN_FULL || at === (first + index) % names.length)
      .map((name) => [name, kind] as const),
  );
}

const CASES = atUpstreams(UPSTREAMS, FAULTS).map(([name, [kind, reason]]) => [name, kind, reason] as const);
const CLUSTER_CASES = atUpstreams(
  ['css', 'cce', 'ocp'],
  FAULTS.filter(([kind]) => kind !== 'unauthorized'),
).map(([name, [kind, reason]]) => [name, kind, reason] as const);

let simulator: Simulator;
let gateway: RunningGateway;
/** How far the clock of simulator and gateway is ahead of the real one. */
let aheadMs: number;

async function start(options: GatewayOptions = {}): Promise<void> {
  gateway = await startGateway(simulator, {
    deadlineMs: AMPLE_MS,
    clock: () => Date.now() + aheadMs,
    ...options,
  });
}

beforeEach(async () => {
  aheadMs = 0;
  simulator = await startSimulator({
    clock: () => Date.now() + aheadMs,
    life: { rate: 0 },
    fleet: {
      cssClusters: 2,
      cssRowsPerCluster: 25,
      cbrRows: 60,
      cceClusters: 2,
      cceRowsPerCluster: 10,
      ocpTenants: 4,
    },
  });
});
afterEach(async () => {
  await gateway.stop();
  await simulator.stop();
});

/** How many tasks each source has in the simulator. */
function taskCounts(): Record<string, number> {
  const { css, cbr, cce, allOcpClusters } = simulator.fleet;
  const sum = (clusters: readonly { rows: { size: number } }[]): number =>
    clusters.reduce((count, { rows }) => count + rows.size, 0);
  return {
    'search-logs': sum(css),
    'server-backups': cbr.size,
    kubernetes: sum(cce),
    oceanbase: sum(allOcpClusters),
  };
}

function countsOf({ tasks }: SentPage): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { source } of tasks) counts[source] = (counts[source] ?? 0) + 1;
  return counts;
}

function feedsOf(name: UpstreamOfTasks): string[] {
  const { css, cce, allOcpClusters } = simulator.fleet;
  const keys = {
    css: css.map(({ id }) => id),
    cbr: ['operation-logs'],
    cce: cce.map(({ id }) => id),
    ocp: allOcpClusters.map(({ id }) => String(id)),
  }[name];
  return keys.map((key) => `sources/${SOURCES[name]}/feeds/${key}`).sort();
}

/** The feed that is missing when an upstream is down from the start: its feeds cannot even be listed. */
const unlisted = (name: UpstreamOfTasks): string =>
  `sources/${SOURCES[name]}/feeds/${name === 'cbr' ? 'operation-logs' : '-'}`;

const EVERYTHING = { pageSize: 1000 };

/** Everything; while a feed hangs, once the others are read. */
async function askBeside(hanging: string | null): Promise<SentPage & { readonly answer: Answer }> {
  const isOther = ({ feed, state }: SentFeedProblem): boolean => state === 'LOADING' && feed !== hanging;
  for (;;) {
    const answer = await within(ask(`${gateway.url}${listPath(EVERYTHING)}`));
    const page = answer.body as SentPage;
    const isReady = hanging === null || (answer.status === 200 && !page.completeness.problems.some(isOther));
    if (isReady) return { ...page, answer };
  }
}

/** Everything, without waiting out the deadline for an upstream that hangs, once the others are read. */
async function askHastily(hanging: UpstreamOfTasks): ReturnType<typeof askPage> {
  for (;;) {
    const page = await within(askPage(gateway.url, EVERYTHING, { prefer: 'wait=1' }));
    if (page.unreachable.every((feed) => feed.startsWith(`sources/${SOURCES[hanging]}/`))) return page;
  }
}

async function within<T>(work: Promise<T>): Promise<T> {
  const startMs = performance.now();
  const result = await work;
  expect(performance.now() - startMs).toBeLessThan(DEADLINE_MS + SLACK_MS);
  return result;
}

describe('a fault from the start', () => {
  it.each(CASES)(
    '%s: %s is reported as %s, and the tasks of the others are complete',
    async (name, kind, reason) => {
      await simulator.setFault(name, kind);
      await start({ deadlineMs: deadlineFor(kind) });
      const page = await askBeside(ifHanging(kind, unlisted(name)));
      const { [SOURCES[name]]: _, ...others } = taskCounts();
      expect(countsOf(page)).toEqual(others);
      expect(page.totalSize).toBe(page.tasks.length);
      expect(page.unreachable).toEqual([unlisted(name)]);
      expect(page.completeness).toEqual({
        complete: false,
        completeSince: null,
        problems: [
          {
            feed: unlisted(name),
            state: kind === 'hang' ? 'LOADING' : 'FAILED',
            reason,
            message: expect.stringMatching(/^[A-Z].*\.$/) as unknown,
            lastSuccessTime: null,
          },
        ],
      });
      expect(page.answer.headers.get('cache-control')).toBe('no-store');
      const concerned = await askPage(gateway.url, { ...EVERYTHING, source: Object.keys(others) });
      expect(concerned).toMatchObject({
        tasks: page.tasks,
        unreachable: [],
        completeness: { complete: true },
      });
      expect(concerned.answer.headers.get('cache-control')).toMatch(/^private/);
      const sources = await ask(`${gateway.url}/v1/sources`);
      const metrics = await ask(`${gateway.url}/metrics`);
      const ready = await ask(`${gateway.url}/health/ready`);
      expect(leaks(simulator, gateway, page.answer, sources, metrics, ready)).toEqual([]);
    },
  );

  it.each(CLUSTER_CASES)(
    '%s: %s in one cluster does not affect other clusters',
    async (name, kind, reason) => {
      const [feed = ''] = feedsOf(name);
      const only = feed.slice(feed.lastIndexOf('/') + 1);
      await simulator.setFault(name, { kind, only });
      // Told the end of its window, OCP is left alone as a whole.
      simulator.settings.ocp.rateLimit = null;
      await start({ deadlineMs: deadlineFor(kind) });
      const page = await askBeside(ifHanging(kind, feed));
      expect(page.unreachable).toEqual([feed]);
      expect(page.completeness.problems).toMatchObject([
        { feed, reason: kind === 'refuse' ? 'UNREACHABLE' : reason },
      ]);
      expect(page.tasks.some((task) => task.feed === feed)).toBe(false);
      const missing = {
        css: simulator.fleet.css,
        cce: simulator.fleet.cce,
        ocp: simulator.fleet.allOcpClusters,
        cbr: [],
      }[name].find(({ id }) => String(id) === only);
      const all = Object.values(taskCounts()).reduce((sum, count) => sum + count, 0);
      expect(page.tasks).toHaveLength(all - (missing?.rows.size ?? 0));
      expect(leaks(simulator, gateway, page.answer)).toEqual([]);
    },
  );

  it.each(['css', 'cce', 'ocp'] as const)(
    '%s: throttling for one cluster with a stated time pauses its source, and no other',
    async (name) => {
      const [feed = ''] = feedsOf(name);
      const only = feed.slice(feed.lastIndexOf('/') + 1);
      await simulator.setFault(name, { kind: 'throttle', only, retryAfterSeconds: 60 });
      await start();
      const page = await within(askPage(gateway.url, EVERYTHING));
      expect(page.unreachable).toContain(feed);
      expect(feedsOf(name)).toEqual(expect.arrayContaining([...page.unreachable]));
      for (const problem of page.completeness.problems) expect(problem.reason).toBe('THROTTLED');
      const calls = simulator.calls.count(name);
      aheadMs += 50_000;
      await within(askPage(gateway.url, EVERYTHING));
      expect(simulator.calls.count(name)).toBe(calls);
    },
  );

  it.each(['css', 'cce', 'ocp'] as const)(
    '%s: a credential rejected for one cluster pauses its source, and no other',
    async (name) => {
      const [feed = ''] = feedsOf(name);
      await simulator.setFault(name, { kind: 'unauthorized', only: feed.slice(feed.lastIndexOf('/') + 1) });
      await start();
      const page = await within(askPage(gateway.url, EVERYTHING));
      expect(page.unreachable).toContain(feed);
      expect(feedsOf(name)).toEqual(expect.arrayContaining([...page.unreachable]));
      for (const problem of page.completeness.problems) expect(problem.reason).toBe('UNAUTHORIZED');
    },
  );
});

describe('a fault after a good start', () => {
  const seen = async (
    asked = askPage(gateway.url, EVERYTHING),
  ): Promise<SentPage & { cacheControl: string | null }> => {
    const { answer, ...page } = await within(asked);
    expect(leaks(simulator, gateway, answer)).toEqual([]);
    return { ...page, cacheControl: answer.headers.get('cache-control') };
  };

  it.each(CASES)(
    '%s: %s is reported as stale, nothing is missing, and it recovers',
    async (name, kind, reason) => {
      await start({ sources: (sources) => sources.map((source) => ({ ...source, timeoutMs: AMPLE_MS })) });
      const before = await seen();
      expect(before.completeness.complete).toBe(true);
      await simulator.setFault(name, kind);
      aheadMs += 40_000;
      const during = await seen(kind === 'hang' ? askHastily(name) : undefined);
      expect(countsOf(during)).toEqual(taskCounts());
      expect(during.unreachable).toEqual(feedsOf(name));
      expect(during.completeness.complete).toBe(false);
      expect(during.completeness.completeSince).toBe(before.completeness.completeSince);
      for (const problem of during.completeness.problems) {
        expect(problem).toMatchObject({ state: 'STALE', reason });
        const ageMs = Date.now() + aheadMs - Date.parse(problem.lastSuccessTime ?? '');
        expect(ageMs).toBeGreaterThanOrEqual(40_000);
        expect(ageMs).toBeLessThan(40_000 + 2 * SLACK_MS);
      }
      expect(during.completeness.problems.map(({ feed }) => feed)).toEqual(feedsOf(name));
      expect(during.cacheControl).toBe('no-store');

      // Calls that hang end with their connections.
      if (kind === 'hang') await simulator.setFault(name, 'refuse');
      await simulator.setFault(name, null);
      let after = during as SentPage;
      // Refused credentials rest for a while.
      const untilMs = performance.now() + 100_000;
      while (!after.completeness.complete && performance.now() < untilMs) {
        aheadMs += 5_000;
        await new Promise((resolve) => setTimeout(resolve, 20));
        after = await seen();
      }
      expect(after.completeness).toMatchObject({ complete: true, problems: [] });
      expect(after.unreachable).toEqual([]);
      expect(countsOf(after)).toEqual(taskCounts());
    },
  );

  it('an upstream that is down leaves the answer complete for a caller who accepts the age', async () => {
    await start();
    await seen();
    for (const name of UPSTREAMS) await simulator.setFault(name, 'error-500');
    aheadMs += 600_000;
    const stale = await askPage(gateway.url, EVERYTHING);
    expect(stale.unreachable).toEqual(expect.arrayContaining(UPSTREAMS.flatMap(feedsOf)));
    for (const accepted of ['max-stale', 'max-stale=590']) {
      const page = await askPage(gateway.url, EVERYTHING, { 'cache-control': accepted });
      expect(page.unreachable).toEqual([]);
      expect(page.completeness).toMatchObject({ complete: true, problems: [] });
      expect(countsOf(page)).toEqual(taskCounts());
    }
    const tooOld = await askPage(gateway.url, EVERYTHING, { 'cache-control': 'max-stale=500' });
    expect(tooOld.completeness.complete).toBe(false);
  });
});

describe('several faults at once', () => {
  it('are all named, each with its own reason', async () => {
    await simulator.setFault('css', 'hang');
    await simulator.setFault('ocp', 'forbidden');
    await simulator.setFault('cbr', 'html');
    await start({ deadlineMs: DEADLINE_MS });
    const page = await askBeside(unlisted('css'));
    expect(Object.keys(countsOf(page))).toEqual(['kubernetes']);
    expect(reasons(page.completeness.problems)).toEqual({
      [unlisted('css')]: 'TIMEOUT',
      [unlisted('cbr')]: 'MALFORMED',
      [unlisted('ocp')]: 'FORBIDDEN',
    });
    expect(page.unreachable).toEqual([unlisted('css'), unlisted('cbr'), unlisted('ocp')].sort());
  });

  const reasons = (problems: readonly SentFeedProblem[]): Record<string, string | null> =>
    Object.fromEntries(problems.map(({ feed, reason }) => [feed, reason]));

  it.each(FAULTS)('of all upstreams with %s are a 503 or 504 that names them', async (kind, reason) => {
    for (const name of UPSTREAMS) await simulator.setFault(name, kind);
    await start({ deadlineMs: deadlineFor(kind) });
    const answer = await within(ask(`${gateway.url}${listPath(EVERYTHING)}`));
    expect(answer.status).toBe(kind === 'hang' ? 504 : 503);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const problem = answer.body as SentProblem;
    expect(problem).toMatchObject({ type: '/problems/no-source-available', status: answer.status });
    expect(problem.problems?.map(({ feed }) => feed)).toEqual(UPSTREAMS.map(unlisted).sort());
    for (const each of problem.problems ?? []) expect(each.reason).toBe(reason);
    expect(leaks(simulator, gateway, answer)).toEqual([]);
  });

  it('of all upstreams, not all of them too slow, are a 503', async () => {
    for (const name of UPSTREAMS) await simulator.setFault(name, name === 'ocp' ? 'error-500' : 'hang');
    await start({ deadlineMs: DEADLINE_MS });
    // A loaded machine may need several deadlines until OCP has failed.
    while ((await within(ask(`${gateway.url}/v1/tasks`))).status !== 503);
    expect((await within(ask(`${gateway.url}/v1/tasks?provider=huawei-css`))).status).toBe(504);
  });

  it('of IAM alone affect only the source that logs in there', async () => {
    // IAM's token comes in a header, so half a body is no harm; that IAM finds nothing says nothing of a feed.
    const faults = FAULTS.filter(([kind]) => kind !== 'cut-json' && kind !== 'not-found');
    for (const [kind, reason] of faults) {
      await simulator.setFault('iam', kind);
      await start({ deadlineMs: deadlineFor(kind) });
      const page = await askBeside(ifHanging(kind, unlisted('cbr')));
      expect({ kind, problems: reasons(page.completeness.problems) }).toEqual({
        kind,
        problems: { [unlisted('cbr')]: reason },
      });
      expect(leaks(simulator, gateway, page.answer)).toEqual([]);
      await gateway.stop();
    }
  });
});

describe('strict handling', () => {
  it.each(UPSTREAMS)('answers 503 with the same problems while %s is down', async (name) => {
    await simulator.setFault(name, 'error-500');
    await start();
    const { completeness } = await askPage(gateway.url, EVERYTHING);
    const answer = await ask(`${gateway.url}${listPath(EVERYTHING)}`, { prefer: 'handling=strict' });
    expect(answer.status).toBe(503);
    expect((answer.body as SentProblem).type).toBe('/problems/incomplete-answer');
    expect((answer.body as SentProblem).problems).toEqual(completeness.problems);
    expect(leaks(simulator, gateway, answer)).toEqual([]);
    const other = SOURCES[name === 'css' ? 'cbr' : 'css'];
    const whole = await ask(`${gateway.url}${listPath({ source: other })}`, { prefer: 'handling=strict' });
    expect(whole.status).toBe(200);
    expect(whole.headers.get('preference-applied')).toBe('handling=strict');
  });

  it('rejects a truncated feed too, which otherwise is reported but reachable', async () => {
    await start({ sources: (sources) => sources.map((source) => ({ ...source, maxTasksPerFeed: 20 })) });
    const page = await askPage(gateway.url, { ...EVERYTHING, provider: 'huawei-cbr' });
    expect(page.unreachable).toEqual([]);
    expect(page.completeness).toMatchObject({
      complete: false,
      problems: [
        { feed: 'sources/server-backups/feeds/operation-logs', state: 'TRUNCATED', reason: 'LIMIT' },
      ],
    });
    expect(page.answer.headers.get('cache-control')).toBe('no-store');
    const oldest = page.tasks.at(-1)?.createTime ?? '';
    expect((page.completeness.completeSince ?? '') >= oldest).toBe(true);
    const strict = await ask(`${gateway.url}${listPath({ provider: 'huawei-cbr' })}`, {
      prefer: 'handling=strict',
    });
    expect(strict.status).toBe(503);
  });
});

describe('one task', () => {
  it.each(UPSTREAMS)(
    'of another source is found while %s is down; of that source it is a 503, not a 404',
    async (name) => {
      await simulator.setFault(name, 'error-500');
      await start();
      const { tasks } = await askPage(gateway.url, EVERYTHING);
      const [task] = tasks;
      expect((await ask(`${gateway.url}/v1/tasks/${task?.id ?? ''}`)).body).toEqual(task);
      const answer = await within(ask(`${gateway.url}/v1/tasks/${SOURCES[name]}.some-task`));
      expect(answer.status).toBe(503);
      expect((answer.body as SentProblem).problems).toMatchObject([
        { feed: unlisted(name), reason: 'UPSTREAM_ERROR' },
      ]);
      expect(leaks(simulator, gateway, answer)).toEqual([]);
      const other = SOURCES[name === 'css' ? 'cbr' : 'css'];
      expect((await ask(`${gateway.url}/v1/tasks/${other}.some-task`)).status).toBe(404);
    },
  );

  it.each(UPSTREAMS)('that is known is still served while %s is down', async (name) => {
    await start();
    const { tasks } = await askPage(gateway.url, { source: SOURCES[name] });
    await simulator.setFault(name, 'error-500');
    aheadMs += 40_000;
    const answer = await within(ask(`${gateway.url}/v1/tasks/${tasks[0]?.id ?? ''}`));
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(tasks[0]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });
});

describe('three sources that share an access key', () => {
  const shared = (sources: readonly SourceConfig[]): SourceConfig[] => {
    const credentials = sources.find(({ id }) => id === 'search-logs')?.credentials;
    if (credentials === undefined) throw new Error('no such source');
    return sources.map((source) =>
      source.provider === 'oceanbase-ocp' ? source : { ...source, credentials },
    );
  };
  const sharing = UPSTREAMS.filter((name) => name !== 'ocp');

  it.each(atUpstreams(sharing, ['hang', 'unauthorized', 'forbidden', 'error-500', 'refuse'] as const))(
    'keep their answers from the start while %s has %s',
    async (name, kind) => {
      // The fault is the first to be heard of.
      for (const other of UPSTREAMS) simulator.settings[other].latencyMs = other === name ? 0 : 60;
      await simulator.setFault(name, kind);
      await start({ sources: shared, deadlineMs: deadlineFor(kind) });
      const page = await askBeside(ifHanging(kind, unlisted(name)));
      const { [SOURCES[name]]: _, ...others } = taskCounts();
      expect(countsOf(page)).toEqual(others);
      expect(page.unreachable).toEqual([unlisted(name)]);
    },
  );

  it.each(atUpstreams(sharing, ['hang', 'unauthorized'] as const))(
    'keep refreshing while %s has %s for long',
    async (name, kind) => {
      await start({ sources: shared });
      await askPage(gateway.url, EVERYTHING);
      await simulator.setFault(name, kind);
      for (let round = 0; round < 8; round++) {
        aheadMs += 31_000;
        const page = await (kind === 'hang' ? askHastily(name) : within(askPage(gateway.url, EVERYTHING)));
        expect(countsOf(page)).toEqual(taskCounts());
        // Beyond a minute the clusters are listed again, which is told beside the feeds.
        expect(page.unreachable.filter((feed) => !feed.startsWith(`sources/${SOURCES[name]}/`))).toEqual([]);
        expect(page.unreachable).toEqual(expect.arrayContaining(feedsOf(name)));
      }
    },
  );
});
