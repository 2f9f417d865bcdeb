import { describe, expect, it } from 'vitest';
import type { Feed } from '@/model/feed.js';
import { COVERED_SINCE_EVER, type FeedRead, type ReadFeed, type SourceReader } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import { TASK_STATUSES } from '@/model/task.js';
import { formatTime } from '@/model/time.js';
import { huaweiProtocol } from '@/upstream/huawei/huawei-protocol.js';
import { UpstreamError } from '@/upstream/upstream-error.js';
import { CONTEXT, failed, FakeClients, sourceWith } from '../../../test/support/reading.js';
import { protocol } from './wire.js';
import clusters from './fixtures/clusters.json' with { type: 'json' };
import example from './fixtures/example.json' with { type: 'json' };
import exampleTasks from './fixtures/example.tasks.json' with { type: 'json' };
import oddRows from './fixtures/odd-rows.json' with { type: 'json' };
import oddRowsTasks from './fixtures/odd-rows.tasks.json' with { type: 'json' };
import statuses from './fixtures/statuses.json' with { type: 'json' };
import statusesTasks from './fixtures/statuses.tasks.json' with { type: 'json' };
import { HuaweiCssModule, HuaweiCssProvider } from './huawei-css.module.js';

const CLUSTER = '4213d908-f5dc-4633-8401-cfd7175fca0c';
const PROJECT = '04f1829c788037ac2fb8c01eb2b04b95';
const SECRET = 'kept-to-ourselves';

const SOURCE = sourceWith({
  id: 'search-logs',
  provider: 'huawei-css',
  endpoint: `https://${SECRET}.css.example`,
  projectId: PROJECT,
  credentials: { type: 'aksk', accessKey: SECRET, secretKey: SECRET, securityToken: SECRET },
});

const FEED: Feed = {
  name: `sources/search-logs/feeds/${CLUSTER}`,
  provider: 'huawei-css',
  source: 'search-logs',
  key: CLUSTER,
  cluster: { id: CLUSTER, name: 'logs' },
};

type Query = Readonly<Record<string, string | number>>;

/** Clients that answer each query. */
function byQuery(answer: (query: Query) => unknown): FakeClients {
  return new FakeClients(({ query = {} }) => answer(query));
}

function queriesOf({ requests }: FakeClients): unknown[] {
  return requests.map(({ query }) => query);
}

/** How one backend takes the position. */
interface Backend {
  readonly honours?: readonly string[];
  /** Names it answers with a 400; it ignores the others. */
  readonly refuses?: readonly string[];
  /** The largest start it takes, and what it does with larger ones. */
  readonly farthest?: number;
  readonly beyond?: 'refuse' | 'clamp';
  /** Rows it gives at once, whatever the limit. */
  readonly cap?: number;
}

const REFUSED = new UpstreamError('UPSTREAM_ERROR', null, { httpStatus: 400 });

/** The upstream's list behind such a backend. */
function serve(rows: readonly unknown[], backend: Backend = {}, list = 'clusterLogRecord'): FakeClients {
  const { honours = ['offset'], refuses = [], farthest = Infinity, beyond = 'refuse', cap = 1000 } = backend;
  return byQuery((query) => {
    const names = Object.keys(query).filter((name) => name !== 'limit');
    if (names.some((name) => refuses.includes(name))) return REFUSED;
    const name = names.find((candidate) => honours.includes(candidate));
    const start = name === undefined ? 1 : Number(query[name]);
    if (start > farthest && beyond === 'refuse') return REFUSED;
    const first = Math.min(start, farthest) - 1;
    return { [list]: rows.slice(first, first + Math.min(Number(query.limit), cap)) };
  });
}

const NEWEST = Date.parse('2024-05-01T08:00:00Z');

/** When the row of that index was created: they come newest first. */
function createdAt(index: number): number {
  return NEWEST - index * 60_000;
}

function manyRows(count: number, createAt: (index: number) => number = createdAt): { id: string }[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `r${index}`,
    createAt: createAt(index),
    status: 'SUCCESS',
  }));
}

function connect(clients: FakeClients, overrides: Partial<SourceConfig> = {}): SourceReader {
  return new HuaweiCssProvider(clients).connect({ ...SOURCE, ...overrides });
}

function read(clients: FakeClients, overrides: Partial<SourceConfig> = {}): Promise<FeedRead> {
  return connect(clients, overrides).readFeed(FEED, CONTEXT);
}

async function readRows(clients: FakeClients): Promise<ReadFeed> {
  const feedRead = await read(clients);
  if (feedRead.outcome === 'failed') throw new Error(feedRead.failure.reason);
  return feedRead;
}

function idsOf({ rows }: ReadFeed): (string | null)[] {
  return rows.map(({ task }) => task.nativeId);
}

describe('reading a feed', () => {
  it.each([
    { what: 'the documented example', body: example, tasks: exampleTasks, drift: {} },
    {
      what: 'every status',
      body: statuses,
      tasks: statusesTasks,
      drift: { unknownStatus: 3, unknownTrigger: 1 },
    },
    {
      what: 'odd rows',
      body: oddRows,
      tasks: oddRowsTasks,
      drift: { droppedRow: 7, unknownStatus: 5, unreadableTime: 4, wrongType: 5 },
    },
  ])('normalises $what', async ({ body, tasks, drift }) => {
    const feedRead = await readRows(serve(body.clusterLogRecord));
    const isWhole = !('droppedRow' in drift);
    expect(feedRead.coveredSince).toBe(isWhole ? COVERED_SINCE_EVER : null);
    expect(feedRead.truncation).toBe(isWhole ? null : 'MALFORMED');
    expect(feedRead.rows.map(({ task }) => task)).toEqual(tasks);
    expect(feedRead.drift).toEqual(drift);
  });

  it('shows one example of each kind of unexpected row', async () => {
    const { driftExamples } = await readRows(serve(oddRows.clusterLogRecord));
    expect(driftExamples).toEqual({
      droppedRow: { field: '(row)', found: 'null' },
      unknownStatus: { field: 'status', found: 'absent' },
      unreadableTime: { field: 'createAt', found: 'aaaaaaaaa' },
      wrongType: { field: 'clusterId', found: 'array' },
    });
  });

  it('keeps the record as received', async () => {
    const { rows } = await readRows(serve(statuses.clusterLogRecord));
    expect(rows.map(({ raw }) => raw)).toEqual(statuses.clusterLogRecord);
  });

  it('distinguishes a record from a row that has only an id', async () => {
    const feedRead = await readRows(serve([{ id: '5' }, 5, { id: '"x"' }, 'x', { id: '["y"]' }, 'y']));
    expect(idsOf(feedRead)).toEqual(['5', '"x"', '["y"]']);
    expect(feedRead.drift).toMatchObject({ droppedRow: 3 });
  });

  it.each(['.', '..', '\ud800'])('finds no cluster %j, and asks for none', async (key) => {
    const clients = serve(example.clusterLogRecord);
    expect(await connect(clients).readFeed({ ...FEED, key }, CONTEXT)).toEqual(failed('NOT_FOUND'));
    expect(clients.requests).toEqual([]);
  });

  it('asks for the cluster of the feed, first without a position', async () => {
    const clients = serve(example.clusterLogRecord);
    await connect(clients).readFeed({ ...FEED, key: 'a/b' }, CONTEXT);
    const path = `/v1.0/${PROJECT}/clusters/a%2Fb/logs/records`;
    expect(clients.requests).toEqual([
      { path, query: { limit: 1000 } },
      { path, query: { limit: 1000, offset: 2 } },
    ]);
  });

  it('lists one of two different records of a page with the same id, and reports it', async () => {
    const clusterLogRecord = [
      { id: 'b1', status: 'FAIL' },
      { id: 'b1', status: 'SUCCESS' },
    ];
    expect(await read(byQuery(() => ({ clusterLogRecord })))).toMatchObject({
      rows: { length: 1 },
      truncation: 'MALFORMED',
      drift: { droppedRow: 1 },
    });
  });

  it.each([
    [{ clusterLogRecord: null }],
    [{ clusterLogRecord: [] }],
    [{ totalSize: 0 }],
    [{ totalSize: 0, clusterLogRecord: null }],
  ])('treats %j as an empty list', async (body) => {
    expect(await read(byQuery(() => body))).toEqual({
      outcome: 'read',
      rows: [],
      truncation: null,
      coveredSince: COVERED_SINCE_EVER,
      drift: {},
      driftExamples: {},
      bookmark: null,
    });
  });

  it.each([
    ...[undefined, null, [], 'text', {}, { clusterLogRecord: {} }, { clusterLogRecords: [] }],
    ...[{ totalSize: 5 }, { totalSize: 5, clusterLogRecord: null }, { totalSize: 0, clusterLogRecord: {} }],
  ])('treats an answer without a list as malformed: %j', async (body) => {
    expect(await read(byQuery(() => body))).toEqual(failed('MALFORMED'));
  });

  it('returns failures instead of throwing', async () => {
    const clients = byQuery(() => new UpstreamError('THROTTLED', 5000, { httpStatus: 429 }));
    expect(await read(clients)).toEqual(failed('THROTTLED', 5000));
  });
});

describe('detecting the name of the position parameter', () => {
  const ROWS = manyRows(2500);

  it.each<{ what: string; backend: Backend }>([
    { what: 'offset only', backend: { honours: ['offset'] } },
    { what: 'offset only, start refused', backend: { honours: ['offset'], refuses: ['start'] } },
    { what: 'start only', backend: { honours: ['start'] } },
    { what: 'start only, offset refused', backend: { honours: ['start'], refuses: ['offset'] } },
    { what: 'both', backend: { honours: ['offset', 'start'] } },
  ])('reads every row once where the backend takes $what', async ({ backend }) => {
    for (const cap of [7, 100, 1000]) {
      const rows = ROWS.slice(0, cap * 3);
      const feedRead = await readRows(serve(rows, { ...backend, cap }));
      expect(idsOf(feedRead)).toEqual(rows.map(({ id }) => id));
      expect(feedRead).toMatchObject({ truncation: null, coveredSince: COVERED_SINCE_EVER });
    }
  });

  it.each([1, 2, 5])('reads %i rows where the backend takes start only', async (size) => {
    const feedRead = await readRows(serve(ROWS.slice(0, size), { honours: ['start'] }));
    expect(feedRead).toMatchObject({ rows: { length: size }, truncation: null });
  });

  it('remembers the name for the next read', async () => {
    const clients = serve(ROWS, { honours: ['start'] });
    const reader = connect(clients);
    await reader.readFeed(FEED, CONTEXT);
    expect(queriesOf(clients).filter((query) => Object.hasOwn(query as object, 'offset'))).toHaveLength(1);
    const callsOfFirst = clients.requests.length;
    await reader.readFeed(FEED, CONTEXT);
    const second = queriesOf(clients).slice(callsOfFirst);
    expect(second).toHaveLength(callsOfFirst - 1);
    expect(second.filter((query) => Object.hasOwn(query as object, 'offset'))).toEqual([]);
  });

  it('does not share the learnt name with another source', async () => {
    const provider = new HuaweiCssProvider(serve(ROWS, { honours: ['start'] }));
    await provider.connect(SOURCE).readFeed(FEED, CONTEXT);
    const clients = serve(ROWS);
    await connect(clients, { id: 'another' }).readFeed(FEED, CONTEXT);
    expect(queriesOf(clients).filter((query) => Object.hasOwn(query as object, 'start'))).toEqual([]);
  });

  it('learns a new name when the backend changes it', async () => {
    let backend = serve(ROWS, { honours: ['offset'] });
    const clients = byQuery((query) => {
      const client = backend.open();
      return client.getJson({ path: '', query }, CONTEXT);
    });
    const reader = connect(clients);
    await reader.readFeed(FEED, CONTEXT);
    backend = serve(ROWS, { honours: ['start'], refuses: ['offset'] });
    expect(await reader.readFeed(FEED, CONTEXT)).toMatchObject({
      rows: { length: 2500 },
      truncation: null,
    });
  });

  it.each([1, 2, 30, 1200])(
    'takes an answer of %i rows as the whole list where nothing is paged',
    async (size) => {
      const clients = byQuery(() => ({ clusterLogRecord: manyRows(size) }));
      expect(await read(clients)).toMatchObject({ rows: { length: size }, truncation: null });
      expect(clients.requests.length).toBeLessThan(5);
    },
  );

  it.each([2, 30])(
    'reports that there may be more than %i rows where only the limit is honoured',
    async (cap) => {
      expect(await read(serve(ROWS, { honours: [], cap }))).toMatchObject({
        rows: { length: cap },
        truncation: 'LIMIT',
      });
    },
  );

  it('reads the first page, in three calls, where the backend takes neither', async () => {
    const clients = serve(ROWS, { honours: [] });
    expect(await read(clients)).toMatchObject({
      rows: { length: 1000 },
      truncation: 'LIMIT',
      coveredSince: formatTime(createdAt(998)),
    });
    expect(queriesOf(clients)).toEqual([
      { limit: 1000 },
      { limit: 1000, offset: 1000 },
      { limit: 1000, start: 1000 },
    ]);
  });

  it('fails where the backend rejects both at a position that it documents', async () => {
    const clients = serve(ROWS, { refuses: ['offset', 'start'] });
    expect(await read(clients)).toEqual(failed('UPSTREAM_ERROR'));
  });

  it('does not mistake rows that arrive for an ignored position', async () => {
    let rows = [{ id: 'a' }];
    const clients = byQuery(({ offset = 1 }) => {
      const page = rows.slice(Number(offset) - 1);
      rows = [{ id: `new-${rows.length}` }, ...rows];
      return { clusterLogRecord: page };
    });
    expect(await read(clients)).toMatchObject({ truncation: null });
  });
});

describe('the limit of the older API', () => {
  describe.each([{ beyond: 'refuse' }, { beyond: 'clamp' }] as const)(
    'where the backend is asked for more: $beyond',
    ({ beyond }) => {
      const backend: Backend = { honours: ['start'], farthest: 1000, beyond };

      it('reads up to 1999 rows and reports that there may be more', async () => {
        const rows = manyRows(5000);
        const feedRead = await readRows(serve(rows, backend));
        expect(idsOf(feedRead)).toEqual(rows.slice(0, 1999).map(({ id }) => id));
        expect(feedRead).toMatchObject({ truncation: 'LIMIT', coveredSince: formatTime(createdAt(1997)) });
      });

      it('claims no coverage where the rows do not come newest first', async () => {
        const oldestFirst = manyRows(5000, (index) => createdAt(5000 - index));
        expect(await read(serve(oldestFirst, backend))).toMatchObject({
          rows: { length: 1999 },
          truncation: 'LIMIT',
          coveredSince: null,
        });
      });

      it.each([999, 1000, 1001, 1500, 1998])('reads a list of %i whole', async (size) => {
        const clients = serve(manyRows(size), backend);
        expect(await read(clients)).toMatchObject({
          rows: { length: size },
          truncation: null,
          coveredSince: COVERED_SINCE_EVER,
        });
        expect(clients.requests.length).toBeLessThan(10);
      });

      it('reads as much as possible where pages are capped too', async () => {
        expect(await read(serve(manyRows(5000), { ...backend, cap: 100 }))).toMatchObject({
          rows: { length: 1099 },
          truncation: 'LIMIT',
        });
        expect(await read(serve(manyRows(1050), { ...backend, cap: 100 }))).toMatchObject({
          rows: { length: 1050 },
          truncation: null,
        });
      });
    },
  );

  it('has no limit where the backend has none', async () => {
    expect(await read(serve(manyRows(5000)))).toMatchObject({ rows: { length: 5000 }, truncation: null });
  });

  it('reads no more rows than allowed', async () => {
    const feedRead = await read(serve(manyRows(5000)), { maxTasksPerFeed: 1200 });
    expect(feedRead).toMatchObject({
      rows: { length: 1200 },
      truncation: 'LIMIT',
      coveredSince: formatTime(createdAt(1198)),
    });
  });
});

describe('a failure in the middle of a read', () => {
  it.each([
    { reason: 'UPSTREAM_ERROR', status: 500 },
    { reason: 'TIMEOUT', status: null },
    { reason: 'THROTTLED', status: 429 },
    { reason: 'NOT_FOUND', status: 400 },
    { reason: 'UNAUTHORIZED', status: 400 },
  ] as const)('fails the read: $reason with status $status', async ({ reason, status }) => {
    for (const failingFrom of [2, 1001, 1999]) {
      const backend = serve(manyRows(5000), { cap: failingFrom === 2 ? 1 : 1000 }).open();
      let callsAfter = 0;
      const clients = byQuery((query) => {
        if (Number(query.offset ?? query.start ?? 1) < failingFrom) {
          return backend.getJson({ path: '', query }, CONTEXT);
        }
        callsAfter += 1;
        return new UpstreamError(reason, null, { httpStatus: status });
      });
      expect(await read(clients)).toEqual(failed(reason));
      expect(callsAfter).toBe(1);
    }
  });

  it('fails the read when a later page is malformed', async () => {
    const clients = byQuery(({ offset }) =>
      offset === undefined ? { clusterLogRecord: manyRows(1000) } : { clusterLogRecord: 'none' },
    );
    expect(await read(clients)).toEqual(failed('MALFORMED'));
  });

  it('stops when it is aborted', async () => {
    const stop = new AbortController();
    const backend = serve(manyRows(5000), { cap: 10 }).open();
    const clients = byQuery((query) => {
      if (clients.requests.length === 3) stop.abort();
      return backend.getJson({ path: '', query }, CONTEXT);
    });
    const feedRead = await connect(clients).readFeed(FEED, { ...CONTEXT, signal: stop.signal });
    expect(feedRead).toEqual(failed('TIMEOUT'));
    expect(clients.requests).toHaveLength(3);
  });
});

describe('listing the feeds', () => {
  const UNNAMED: Feed = {
    ...FEED,
    name: 'sources/search-logs/feeds/c2',
    key: 'c2',
    cluster: { id: 'c2', name: null },
  };

  it('takes the configured clusters without a call', async () => {
    const clients = serve(clusters.clusters, {}, 'clusters');
    const source = { clusters: [{ id: CLUSTER, name: 'logs' }] };
    expect(await connect(clients, source).listFeeds(CONTEXT)).toEqual({
      outcome: 'listed',
      feeds: [FEED],
      truncation: null,
    });
    expect(clients.requests).toEqual([]);
  });

  it('finds each cluster of the project once, and says when a row names none', async () => {
    const clients = serve(clusters.clusters, {}, 'clusters');
    const listing = await connect(clients).listFeeds(CONTEXT);
    expect(listing).toMatchObject({ outcome: 'listed', feeds: [FEED, UNNAMED], truncation: 'MALFORMED' });
    expect(clients.requests[0]).toEqual({ path: `/v1.0/${PROJECT}/clusters`, query: { limit: 1000 } });
  });

  it('finds the clusters behind the first page, whatever the name of the position', async () => {
    const clients = serve(manyRows(120), { honours: ['start'], cap: 50 }, 'clusters');
    const listing = await connect(clients).listFeeds(CONTEXT);
    expect('feeds' in listing && listing.feeds.map(({ key }) => key)).toEqual(
      manyRows(120).map(({ id }) => id),
    );
  });

  it('returns failures instead of throwing', async () => {
    expect(await connect(byQuery(() => ({ items: [] }))).listFeeds(CONTEXT)).toEqual(failed('MALFORMED'));
    const forbidden = byQuery(() => new UpstreamError('FORBIDDEN', null, { httpStatus: 403 }));
    expect(await connect(forbidden).listFeeds(CONTEXT)).toEqual(failed('FORBIDDEN'));
  });
});

describe('its answers', () => {
  it('never contain a credential or the endpoint', async () => {
    const reader = connect(serve(statuses.clusterLogRecord));
    const failing = connect(byQuery(() => new UpstreamError('UNAUTHORIZED', null, { httpStatus: 401 })));
    const answers = [
      await reader.readFeed(FEED, CONTEXT),
      await connect(serve(clusters.clusters, {}, 'clusters')).listFeeds(CONTEXT),
      await failing.readFeed(FEED, CONTEXT),
      await failing.listFeeds(CONTEXT),
    ];
    expect(JSON.stringify(answers)).not.toContain(SECRET);
  });
});

describe('mapping failures', () => {
  it.each([
    [200, example, null],
    [403, { errCode: 'CSS.0015', externalMessage: 'CSS.0015 : no such cluster' }, 'NOT_FOUND'],
    [400, { errCode: 'CSS.0047', externalMessage: 'CSS.0047 : no such cluster' }, 'NOT_FOUND'],
    [403, { errCode: 'CSS.0010' }, 'FORBIDDEN'],
    [400, { errCode: 'CSS.0001' }, 'UPSTREAM_ERROR'],
    [404, { errCode: 'CSS.0002' }, 'NOT_FOUND'],
    [409, { errCode: 'CSS.0011' }, 'UPSTREAM_ERROR'],
    [500, { errCode: 'CSS.0005' }, 'UPSTREAM_ERROR'],
    [403, { error_code: 'APIGW.0301' }, 'UNAUTHORIZED'],
    [401, { error_code: 'APIG.0301' }, 'UNAUTHORIZED'],
    [403, { error_code: 'APIGW.0308' }, 'THROTTLED'],
    [429, undefined, 'THROTTLED'],
    [403, null, 'FORBIDDEN'],
    [403, ['CSS.0015'], 'FORBIDDEN'],
    [502, 'oops', 'UPSTREAM_ERROR'],
  ])('maps %i %j to %s', (status, body, reason) => {
    expect(protocol.failureOf(status, body)).toBe(reason);
  });

  it('uses the protocol of all Huawei Cloud services', () => {
    expect(protocol).toMatchObject({ logIns: huaweiProtocol.logIns, headersOf: huaweiProtocol.headersOf });
  });
});

describe('the module', () => {
  it('describes the statuses that its tasks can have', () => {
    const { description } = new HuaweiCssProvider(byQuery(() => null));
    expect(HuaweiCssModule.provider).toBe(HuaweiCssProvider);
    const produced = new Set(statusesTasks.map(({ status }) => status));
    expect(description.taskStatuses).toEqual(TASK_STATUSES.filter((status) => produced.has(status)));
  });
});
