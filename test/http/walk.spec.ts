import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { startGateway, startSimulator, type RunningGateway, type Simulator } from '../support/gateway.js';
import { ask } from '../support/http.js';
import {
  askAll,
  askPage,
  ids,
  inOrder,
  listPath,
  type Query,
  type SentPage,
  type SentTask,
} from '../support/tasks.js';

const NOW = Date.parse('2026-11-20T08:00:00Z');
const RENEWED = { 'cache-control': 'no-cache' };
const ORDERS = ['createTime', 'updateTime', 'endTime'].flatMap((field) => [`${field} desc`, `${field} asc`]);

const FLEET = {
  cssClusters: 2,
  cssRowsPerCluster: 60,
  cbrRows: 260,
  cceClusters: 2,
  cceRowsPerCluster: 25,
  ocpTenants: 6,
};

/** One page after the other by token, and what was between them. */
async function walk(
  url: string,
  query: Query,
  step: { sizes: readonly number[]; between?: (page: SentPage) => unknown; headers?: Record<string, string> },
): Promise<SentPage[]> {
  const pages: SentPage[] = [];
  let pageToken = '';
  do {
    const pageSize = step.sizes[pages.length % step.sizes.length] ?? 50;
    const page = await askPage(
      url,
      { ...query, pageSize, ...(pageToken !== '' && { pageToken }) },
      step.headers,
    );
    expect(page.nextPageToken).toMatch(/^[A-Za-z0-9_-]*$/);
    expect(page.nextPageToken.length).toBeLessThanOrEqual(512);
    expect(page.tasks.length).toBeLessThanOrEqual(pageSize);
    pages.push(page);
    pageToken = page.nextPageToken;
    if (pages.length > 2000) throw new Error('the walk does not end');
    await step.between?.(page);
  } while (pageToken !== '');
  return pages;
}

const joined = (pages: readonly SentPage[]): SentTask[] => pages.flatMap(({ tasks }) => tasks);

const SECRET = 'a secret that replicas share';

describe('a walk while tasks are added, changed and removed', () => {
  let simulator: Simulator;
  let gateway: RunningGateway;
  let nowMs = NOW;
  let added = 0;

  beforeAll(async () => {
    simulator = await startSimulator({
      clock: () => nowMs,
      life: { rate: 0 },
      fleet: FLEET,
      ocp: { rateLimit: null },
      cbr: { cap: 70, order: 'shuffled' },
      css: { cap: 25 },
    });
    gateway = await startGateway(simulator, { clock: () => nowMs });
  });
  afterAll(async () => {
    await gateway.stop();
    await simulator.stop();
  });

  /** What can happen between two pages; `seed` makes it different each time. */
  const events: ((seed: number) => void)[] = [
    (seed) => {
      // A new task anywhere in time: upstreams tell some late.
      const id = `new-${added++}`;
      const at = nowMs - (seed % 25) * 86_400_000 - seed;
      simulator.fleet.cbr.addVerbatim(
        {
          id,
          created_at: new Date(at).toISOString(),
          updated_at: new Date(at).toISOString(),
          status: 'running',
          operation_type: 'backup',
        },
        at,
      );
    },
    (seed) => {
      const id = `new-${added++}`;
      const rows = simulator.fleet.css[seed % 2]?.rows;
      rows?.addVerbatim({ id, createAt: nowMs - seed, status: 'SUCCESS', finishedAt: nowMs }, nowMs - seed);
    },
    (seed) => {
      // A task ends or begins anew.
      const records = simulator.fleet.cbr.records;
      const record = records[seed % records.length];
      if (record === undefined) return;
      record.status = record.status === 'success' ? 'failed' : 'success';
      record.updated_at = nowMs - (seed % 1000);
      record.ended_at = nowMs - (seed % 1000);
    },
    (seed) => {
      const rows = simulator.fleet.cce[seed % 2]?.rows;
      const record = rows?.records[seed % (rows.records.length || 1)];
      if (record !== undefined) record.phase = record.phase === 'Running' ? 'Success' : 'Running';
    },
    (seed) => {
      const rows = simulator.fleet.cbr;
      if (rows.size < 100) return;
      const record = rows.records[seed % rows.records.length];
      rows.remove((one) => one === record);
    },
    () => {
      nowMs += 60_000;
    },
  ];

  const filters = fc.record(
    {
      provider: fc.subarray(['huawei-css', 'huawei-cbr', 'huawei-cce', 'oceanbase-ocp'], { minLength: 1 }),
      status: fc.subarray(['SUCCEEDED', 'FAILED', 'RUNNING', 'PENDING', 'TIMED_OUT', 'SKIPPED'], {
        minLength: 1,
      }),
      trigger: fc.constantFrom('SCHEDULED', 'MANUAL'),
      resourceName: fc.constantFrom('erp', 'prod', '-0'),
      createdAfter: fc.constantFrom('2026-11-01T00:00:00Z', '2026-11-18T00:00:00Z'),
      endedBefore: fc.constantFrom('2026-11-10T00:00:00Z', '2026-11-20T00:00:00Z'),
    },
    { requiredKeys: [] },
  );
  const sizes = fc.array(
    fc.oneof(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 10, max: 120 }),
      fc.integer({ min: 1, max: 1000 }),
    ),
    { minLength: 1, maxLength: 6 },
  );
  const stirs = fc.array(
    fc.array(fc.tuple(fc.nat({ max: events.length - 1 }), fc.nat({ max: 100_000 })), { maxLength: 4 }),
    { minLength: 1, maxLength: 5 },
  );

  it('returns every task that exists and matches throughout exactly once, in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          filter: filters,
          orderBy: fc.constantFrom(...ORDERS),
          pageSizes: sizes,
          happenings: stirs,
        }),
        async ({ filter, orderBy, pageSizes, happenings }) => {
          const query = { ...filter, orderBy };
          const states: SentTask[][] = [await askAll(gateway.url, query)];
          let round = 0;
          const pages = await walk(gateway.url, query, {
            sizes: pageSizes,
            headers: RENEWED,
            between: async () => {
              // Steps of one task make hundreds of pages; the world moves on for the first twenty.
              if (round++ >= 20) return;
              if (round === 1) events[0]?.(added * 7919);
              for (const [kind, seed] of happenings[round % happenings.length] ?? [])
                events[kind]?.(seed + round);
              await askPage(gateway.url, { pageSize: 1 }, RENEWED);
              states.push(await askAll(gateway.url, query));
            },
          });
          const seen = ids(joined(pages));
          const [first = [], ...later] = states;
          const field = orderBy.split(' ')[0] as 'createTime' | 'updateTime' | 'endTime';
          const timesById = later.map((tasks) => new Map(tasks.map((task) => [task.id, task[field]])));
          const throughout = first.filter(({ id, [field]: time }) =>
            timesById.every((times) => times.get(id) === time),
          );
          const steady = new Set(ids(throughout));
          expect(seen.filter((id) => steady.has(id))).toEqual(ids(inOrder(throughout, orderBy)));
          // A creation time never changes, so nothing at all may come twice.
          if (field === 'createTime') expect(new Set(seen).size).toBe(seen.length);
        },
      ),
      { numRuns: 10 },
    );
    // The world did move.
    expect(added).toBeGreaterThanOrEqual(10);
  });

  it('returns exactly the sorted union when nothing changes', async () => {
    for (const orderBy of ORDERS) {
      const all = await askAll(gateway.url, { orderBy });
      for (const step of [[1000], [7, 1, 333], [64]]) {
        const pages = await walk(gateway.url, { orderBy }, { sizes: step });
        expect(ids(joined(pages))).toEqual(ids(inOrder(all, orderBy)));
        for (const { totalSize } of pages) expect(totalSize).toBe(all.length);
        expect(
          pages.slice(0, -1).every(({ tasks }, index) => tasks.length === step[index % step.length]),
        ).toBe(true);
      }
    }
  });

  it('continues although the task at the position of the token is gone', async () => {
    const query = { provider: 'huawei-cbr' };
    const first = await askPage(gateway.url, { ...query, pageSize: 10 }, RENEWED);
    const rest = ids(await askAll(gateway.url, query)).slice(10);
    const gone = new Set(first.tasks.map(({ nativeId }) => nativeId));
    simulator.fleet.cbr.remove(({ id }) => gone.has(id));
    const second = await askPage(
      gateway.url,
      { ...query, pageSize: 1000, pageToken: first.nextPageToken },
      RENEWED,
    );
    expect(ids(second.tasks)).toEqual(rest);
  });
});

describe('a page token', () => {
  let simulator: Simulator;
  const running: RunningGateway[] = [];
  const query = { orderBy: 'endTime asc', status: 'SUCCEEDED' };

  const start = async (options: Parameters<typeof startGateway>[1] = {}): Promise<RunningGateway> => {
    const gateway = await startGateway(simulator, options);
    running.push(gateway);
    return gateway;
  };
  beforeAll(async () => {
    simulator = await startSimulator({ clock: () => NOW, life: { rate: 0 }, fleet: FLEET });
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((gateway) => gateway.stop()));
  });
  afterAll(() => simulator.stop());

  const clock = (): number => NOW;
  const go = (gateway: RunningGateway, pageToken: string): Promise<{ status: number; tasks: string[] }> =>
    ask(`${gateway.url}${listPath({ ...query, pageSize: 20, pageToken })}`).then(({ status, body }) => ({
      status,
      tasks: status === 200 ? ids((body as SentPage).tasks) : [],
    }));

  it('stays valid after a restart with the same secret', async () => {
    const before = await startGateway(simulator, { clock, secret: SECRET });
    const all = ids(await askAll(before.url, query));
    const { nextPageToken } = await askPage(before.url, { ...query, pageSize: 20 });
    await before.stop();
    const after = await start({ clock, secret: SECRET });
    expect(await go(after, nextPageToken)).toEqual({ status: 200, tasks: all.slice(20, 40) });
  });

  it('is the same from every replica with one secret, so that they can take turns in a walk', async () => {
    const shared = { clock, secret: SECRET };
    const replicas = [await start(shared), await start(shared), await start(shared)];
    const seen: string[] = [];
    let pageToken = '';
    let turn = 0;
    do {
      const url = replicas[turn++ % 3]?.url ?? '';
      const page = await askPage(url, { ...query, pageSize: 17, pageToken });
      seen.push(...ids(page.tasks));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(seen).toEqual(ids(await askAll(replicas[0]?.url ?? '', query)));
  });

  it('is accepted by a replica with the same secret, whatever else differs', async () => {
    const secret = SECRET;
    const one = await start({ clock, secret });
    const other = await start({ clock, secret, deadlineMs: 1234, sources: (sources) => sources.slice(0, 3) });
    const { nextPageToken } = await askPage(one.url, { ...query, pageSize: 20 });
    expect((await go(other, nextPageToken)).status).toBe(200);
  });

  it('is rejected by one with another secret, with a secret where the other has none, and with other credentials', async () => {
    const plain = await start({ clock });
    const { nextPageToken } = await askPage(plain.url, { ...query, pageSize: 20 });
    const strangers = [
      await start({ clock, secret: 'a secret of its own' }),
      await start({ clock, secret: 'a secret of its own, too' }),
      await start({
        clock,
        sources: (sources) =>
          sources.map((source) =>
            source.credentials.type === 'token'
              ? { ...source, credentials: { type: 'token', token: 'another' } }
              : source,
          ),
      }),
    ];
    for (const stranger of strangers) expect((await go(stranger, nextPageToken)).status).toBe(400);
    expect((await go(plain, nextPageToken)).status).toBe(200);
  });
});

describe('a walk on which a feed was missing', () => {
  let simulator: Simulator;
  let gateway: RunningGateway;
  let aheadMs = 0;
  const clock = (): number => Date.now() + aheadMs;

  beforeAll(async () => {
    simulator = await startSimulator({ clock, life: { rate: 0 }, fleet: FLEET });
  });
  afterEach(async () => {
    await gateway.stop();
    for (const name of ['css', 'cbr', 'cce', 'ocp'] as const) await simulator.setFault(name, null);
  });
  afterAll(() => simulator.stop());

  it.each(['css', 'cbr', 'cce', 'ocp'] as const)(
    'from the start says so to its end, although %s is back',
    async (name) => {
      gateway = await startGateway(simulator, { clock });
      await simulator.setFault(name, 'error-500');
      const query = { pageSize: 60 };
      const first = await askPage(gateway.url, query, RENEWED);
      expect(first.unreachable).toHaveLength(1);
      await simulator.setFault(name, null);
      aheadMs += 120_000;
      let pageToken = first.nextPageToken;
      while (pageToken !== '') {
        const page = await askPage(gateway.url, { ...query, pageToken }, RENEWED);
        expect(page.unreachable).toEqual(first.unreachable);
        expect(page.completeness.complete).toBe(false);
        expect(page.completeness.problems).toMatchObject([
          { feed: first.unreachable[0], reason: 'UPSTREAM_ERROR' },
        ]);
        expect(page.answer.headers.get('cache-control')).toBe('no-store');
        pageToken = page.nextPageToken;
      }
      const anew = await askPage(gateway.url, query);
      expect(anew).toMatchObject({ unreachable: [], completeness: { complete: true, problems: [] } });
    },
  );

  it('in its middle says so on all later pages, and lists everything that was missing', async () => {
    gateway = await startGateway(simulator, { clock });
    const query = { pageSize: 30 };
    const told: (readonly string[])[] = [];
    const complete: boolean[] = [];
    const faults = [null, 'cbr', null, 'ocp', null, null] as const;
    const cbr = 'sources/server-backups/feeds/operation-logs';
    let pageToken = '';
    for (const name of faults) {
      for (const each of ['cbr', 'ocp'] as const)
        await simulator.setFault(each, each === name ? 'reset' : null);
      aheadMs += 40_000;
      const page = await askPage(gateway.url, { ...query, pageToken }, RENEWED);
      told.push(page.unreachable);
      complete.push(page.completeness.complete);
      expect(page.completeness.problems.map(({ feed }) => feed)).toEqual(page.unreachable);
      pageToken = page.nextPageToken;
      expect(pageToken.length).toBeLessThanOrEqual(512);
    }
    const ocp = told[3]?.filter((feed) => feed.startsWith('sources/oceanbase/')) ?? [];
    expect(ocp.length).toBeGreaterThan(0);
    const both = [cbr, ...ocp].sort();
    expect(told).toEqual([[], [cbr], [cbr], both, both, both]);
    expect(complete).toEqual([true, false, false, false, false, false]);
  });

  it('says so on a replica where it was never missing', async () => {
    gateway = await startGateway(simulator, { clock, secret: SECRET });
    const replica = await startGateway(simulator, { clock, secret: SECRET });
    try {
      await askPage(replica.url);
      await simulator.setFault('cce', 'error-500');
      const first = await askPage(gateway.url, { pageSize: 40 });
      await simulator.setFault('cce', null);
      const second = await askPage(replica.url, { pageSize: 40, pageToken: first.nextPageToken });
      expect(second.unreachable).toEqual(first.unreachable);
      expect(second.completeness.complete).toBe(false);
    } finally {
      await replica.stop();
    }
  });

  it('is rejected under strict handling to its end', async () => {
    gateway = await startGateway(simulator, { clock });
    await simulator.setFault('cce', 'error-500');
    const { nextPageToken } = await askPage(gateway.url, { pageSize: 40 });
    await simulator.setFault('cce', null);
    const answer = await ask(`${gateway.url}${listPath({ pageToken: nextPageToken })}`, {
      ...RENEWED,
      prefer: 'handling=strict',
    });
    expect(answer.status).toBe(503);
  });
});
