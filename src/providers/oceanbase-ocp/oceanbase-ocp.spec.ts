import { describe, expect, it } from 'vitest';
import type { Feed } from '@/model/feed.js';
import { COVERED_SINCE_EVER, type FeedRead } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import { TASK_STATUSES } from '@/model/task.js';
import { UpstreamError } from '@/upstream/upstream-error.js';
import { CONTEXT, failed, FakeClients, sourceWith } from '../../../test/support/reading.js';
import { parsePage, protocol } from './wire.js';
import clusters from './fixtures/clusters.json' with { type: 'json' };
import example from './fixtures/example.json' with { type: 'json' };
import exampleTasks from './fixtures/example.tasks.json' with { type: 'json' };
import oddRows from './fixtures/odd-rows.json' with { type: 'json' };
import oddRowsTasks from './fixtures/odd-rows.tasks.json' with { type: 'json' };
import statuses from './fixtures/statuses.json' with { type: 'json' };
import statusesTasks from './fixtures/statuses.tasks.json' with { type: 'json' };
import tenants from './fixtures/tenants.json' with { type: 'json' };
import tenantsTasks from './fixtures/tenants.tasks.json' with { type: 'json' };
import { OceanbaseOcpModule, OceanbaseOcpProvider } from './oceanbase-ocp.module.js';

const SOURCE = sourceWith({
  id: 'oceanbase',
  provider: 'oceanbase-ocp',
  endpoint: 'http://ocp.example:8080',
  region: null,
  projectId: null,
  credentials: { type: 'basic', username: 'u', password: 'p' },
});

const FEED: Feed = {
  name: 'sources/oceanbase/feeds/1000005',
  provider: 'oceanbase-ocp',
  source: 'oceanbase',
  key: '1000005',
  cluster: { id: '1000005', name: 'yc0820_17' },
};

const NO_ROWS = { data: { contents: null } };

/** Clients that answer each page by its number. */
function byPage(answer: (page: number) => unknown): FakeClients {
  return new FakeClients(({ query }) => answer(Number(query?.page)));
}

/** An upstream whose first page is the body, and all others empty. */
function onePage(body: unknown): FakeClients {
  return byPage((page) => (page === 1 ? body : NO_ROWS));
}

function read(clients: FakeClients, overrides: Partial<SourceConfig> = {}): Promise<FeedRead> {
  return new OceanbaseOcpProvider(clients).connect({ ...SOURCE, ...overrides }).readFeed(FEED, CONTEXT);
}

const ROW = example.data.contents[0];

async function idOf(change: object): Promise<string | undefined> {
  const feedRead = await read(onePage({ data: { contents: [{ ...ROW, ...change }] } }));
  return 'rows' in feedRead ? feedRead.rows[0]?.task.id : undefined;
}

describe('reading a feed', () => {
  it.each([
    { what: 'the documented example', body: example, tasks: exampleTasks, drift: {} },
    { what: 'tenants, errors and gaps', body: tenants, tasks: tenantsTasks, drift: {} },
    { what: 'every status', body: statuses, tasks: statusesTasks, drift: { unknownStatus: 2 } },
    {
      what: 'odd rows',
      body: oddRows,
      tasks: oddRowsTasks,
      drift: { droppedRow: 4, unreadableTime: 3, wrongType: 1 },
    },
  ])('normalises $what', async ({ body, tasks, drift }) => {
    const feedRead = await read(onePage(body));
    const isWhole = !('droppedRow' in drift);
    expect(feedRead).toMatchObject({
      outcome: 'read',
      truncation: isWhole ? null : 'MALFORMED',
      coveredSince: isWhole ? COVERED_SINCE_EVER : null,
    });
    expect('rows' in feedRead && feedRead.rows.map(({ task }) => task)).toEqual(tasks);
    expect('drift' in feedRead && feedRead.drift).toEqual(drift);
  });

  it('shows one example of each kind of unexpected row', async () => {
    const feedRead = await read(onePage(oddRows));
    expect('driftExamples' in feedRead && feedRead.driftExamples).toEqual({
      droppedRow: { field: '(row)', found: 'null' },
      unreadableTime: { field: 'createTime', found: 'aaaa aaa' },
      wrongType: { field: 'delay', found: 'string' },
    });
  });

  it('keeps the record as received', async () => {
    expect(await read(onePage(example))).toMatchObject({ rows: [{ raw: ROW }] });
  });

  it('distinguishes a task from a row that has only the identifying fields', async () => {
    const identity = ['1000005', '7', '', ''];
    const contents = [{ clusterId: 1000005, tenantId: 7 }, identity];
    expect(await read(onePage({ data: { contents } }))).toMatchObject({
      rows: { length: 1 },
      drift: { droppedRow: 1 },
    });
  });

  describe('of rows on one page without a tenant id', () => {
    const one = { ...ROW, createTime: '2026-09-09T16:19:47.405+0800', backupUri: 'file:///b' };
    const readTwo = (changes: object, others: object): Promise<FeedRead> =>
      read(
        onePage({
          data: {
            contents: [
              { ...one, ...changes },
              { ...one, ...others },
            ],
          },
        }),
      );

    it('lists both where one was created later, even by less than a millisecond', async () => {
      const [a, b] = ['2026-09-09T16:19:47.405123+0800', '2026-09-09T16:19:47.4054+0800'];
      expect(await readTwo({ createTime: a }, { createTime: b })).toMatchObject({
        rows: [{}, {}],
        truncation: null,
        drift: {},
      });
    });

    it.each([
      [{ status: 'INTERRUPTED' }, { status: 'RUNNING' }],
      [{ tenantName: 'alpha' }, { tenantName: 'beta' }],
      [{ obClusterId: 1 }, { obClusterId: 2 }],
      [{ clusterType: 'PRIMARY' }, { clusterType: 'STANDBY' }],
      [{ backupMode: 'a' }, { backupMode: 'b' }],
    ])('reports that one is left out where nothing distinguishes them: %j and %j', async (a, b) => {
      expect(await readTwo(a, b)).toMatchObject({
        rows: { length: 1 },
        truncation: 'MALFORMED',
        drift: { droppedRow: 1 },
      });
    });

    it('lists a duplicate once, whatever its earlier status', async () => {
      expect(await readTwo({}, {})).toMatchObject({ rows: { length: 1 }, truncation: null });
      expect(await idOf({ status: 'STOP', checkpoint: null })).toBe(await idOf({}));
    });
  });

  it('asks for numbered pages until one is empty', async () => {
    const clients = onePage(example);
    await read(clients);
    const path = '/api/v2/ob/clusters/1000005/backup/task/logBackupTasks';
    expect(clients.requests).toEqual([
      { path, query: { page: 1, size: 1000 } },
      { path, query: { page: 2, size: 1000 } },
    ]);
  });

  it.each([
    NO_ROWS,
    { data: { page: { totalElements: 0, totalPages: 0 } } },
    { data: { page: {}, totalElements: 0 } },
  ])('treats %j as an empty list', async (body) => {
    expect(await read(onePage(body))).toMatchObject({ rows: [], truncation: null, drift: {} });
  });

  it.each([
    ...[undefined, null, [], 'text', {}, { data: null }, { data: {} }, { data: { contents: {} } }],
    ...[{ data: { page: { totalElements: 5 } } }, { data: { contents: null, page: { totalElements: 5 } } }],
  ])('treats an answer without a list as malformed: %j', async (body) => {
    expect(await read(onePage(body))).toEqual(failed('MALFORMED'));
  });

  it('reports truncation and claims no coverage when there are more rows than may be kept', async () => {
    expect(await read(onePage(statuses), { maxTasksPerFeed: 3 })).toMatchObject({
      rows: [{}, {}, {}],
      truncation: 'LIMIT',
      coveredSince: null,
    });
  });

  it('returns failures instead of throwing', async () => {
    const failing = (error: Error): FakeClients => byPage(() => error);
    expect(await read(failing(new UpstreamError('THROTTLED', 5000)))).toEqual(failed('THROTTLED', 5000));
  });
});

describe('what a row means', () => {
  async function taskOf(change: object): Promise<FeedRead> {
    return read(onePage({ data: { contents: [{ ...ROW, ...change }] } }));
  }

  it.each([
    ['UNKNOWN', {}],
    ['unknown', {}],
    ['MIXED', { unknownStatus: 1 }],
  ])(
    'maps the status %s to UNKNOWN, with drift only where OCP does not document it',
    async (status, drift) => {
      const feedRead = await taskOf({ status });
      expect(feedRead).toMatchObject({ rows: [{ task: { status: 'UNKNOWN', nativeStatus: status } }] });
      expect('drift' in feedRead && feedRead.drift).toEqual(drift);
    },
  );

  it.each([
    [-0.25, 0],
    ['-3', 0],
    [0, 0],
    [0.5, 0.5],
  ])('reads a delay of %j as a lag of %d seconds, without drift', async (delay, lagSeconds) => {
    expect(await taskOf({ delay })).toMatchObject({ rows: [{ task: { lagSeconds } }], drift: {} });
  });

  const epoch = '1970-01-01T08:00:00.000+0800';
  it.each([
    [{ checkpoint: epoch, delay: 1795874400 }, null, null],
    [{ checkpoint: epoch, delay: 0 }, null, null],
    [{ checkpoint: null, delay: 1795874400 }, null, null],
    [{ checkpoint: null, delay: 5 }, null, 5],
    [{ delay: 86_400 }, '2021-09-23T06:33:17.357Z', 86_400],
  ])('reads %j as a checkpoint of %j and a lag of %j', async (change, checkpointTime, lagSeconds) => {
    expect(await taskOf(change)).toMatchObject({
      rows: [{ task: { checkpointTime, lagSeconds } }],
      drift: {},
    });
  });

  it('hides the keys of a destination, and keeps the id when they are rotated', async () => {
    const uri = (key: string): string =>
      `oss://backups/clog?host=oss.example&access_id=ID-${key}&access_key=${key}`;
    const shown = 'oss://backups/clog?host=oss.example&access_id=***&access_key=***';
    const reads = await Promise.all(
      ['KEY-1', 'KEY-2'].map((key) =>
        taskOf({ backupUri: uri(key), errorMsg: `cannot write to ${uri(key)}` }),
      ),
    );
    expect(JSON.stringify(reads)).not.toMatch(/KEY-[12]/);
    for (const feedRead of reads) {
      expect(feedRead).toMatchObject({
        rows: [
          {
            task: { destination: shown, error: { code: null, message: `cannot write to ${shown}` } },
            raw: { backupUri: shown, errorMsg: `cannot write to ${shown}` },
          },
        ],
      });
    }
    const ids = reads.flatMap((feedRead) =>
      'rows' in feedRead ? feedRead.rows.map(({ task }) => task.id) : [],
    );
    expect(new Set(ids).size).toBe(1);
    expect(await idOf({ backupUri: uri('KEY-1').replace('clog', 'other') })).not.toBe(ids[0]);
  });

  it.each([0, '0', null, undefined])('reads tenantId %j as the whole cluster', async (tenantId) => {
    const resource = { type: 'oceanbase-cluster', id: '1000005', name: 'yc0820_17' };
    expect(await taskOf({ tenantId, tenantName: 'sys' })).toMatchObject({ rows: [{ task: { resource } }] });
  });

  it('reads any other tenantId as a tenant', async () => {
    const resource = { type: 'oceanbase-tenant', id: '7', name: null };
    expect(await taskOf({ tenantId: 7 })).toMatchObject({ rows: [{ task: { resource } }] });
  });
});

describe('the id of a task', () => {
  it.each([
    { status: 'STOPPED' },
    { checkpoint: null },
    { delay: 1 },
    { clusterName: 'renamed', tenantName: 'renamed' },
    { modifyTime: '2024-01-01T00:00:00Z' },
    { createTime: '2021-09-09T08:19:47.405Z' },
    { clusterId: '1000005' },
    { clusterId: null },
  ])('stays the same when only this changes: %j', async (change) => {
    expect(await idOf(change)).toBe(exampleTasks[0]?.id);
  });

  it('differs by cluster, tenant, creation and destination', async () => {
    const changes = [
      {},
      { clusterId: 1 },
      { tenantId: 1 },
      { obTenantId: 2 },
      { createTime: null },
      { createTime: '2021-09-09T16:19:47.406+0800' },
      { backupUri: null },
    ];
    const ids = await Promise.all(changes.map(idOf));
    expect(ids).not.toContain(undefined);
    expect(new Set(ids).size).toBe(changes.length);
  });
});

describe('the totals of a page', () => {
  const none = { totalRows: null, totalPages: null };
  it.each([
    [{ page: { totalElements: 3, totalPages: 2 } }, { totalRows: 3, totalPages: 2 }],
    [{ page: { totalElements: 3, totalPage: 2 } }, { totalRows: 3, totalPages: 2 }],
    [
      { page: { number: 1 }, totalElements: 3, totalPage: 2 },
      { totalRows: 3, totalPages: 2 },
    ],
    [
      { page: 1, totalElements: '3', totalPages: 2 },
      { totalRows: 3, totalPages: 2 },
    ],
    [{ page: { totalElements: 0, totalPages: 0 } }, { totalRows: 0, totalPages: 0 }],
    [{ page: null }, none],
    [{ page: { totalElements: -1, totalPages: 1.5 } }, none],
  ])('are read from %j', (totals, expected) => {
    expect(parsePage({ data: { contents: [], ...totals } }, 1)).toEqual({ rows: [], ...expected });
  });
});

describe('listing the feeds', () => {
  it('takes the configured clusters without a call', async () => {
    const clients = onePage(clusters);
    const source = { ...SOURCE, clusters: [{ id: '1000005', name: 'yc0820_17' }] };
    const listing = await new OceanbaseOcpProvider(clients).connect(source).listFeeds(CONTEXT);
    expect(listing).toEqual({ outcome: 'listed', feeds: [FEED], truncation: null });
    expect(clients.requests).toEqual([]);
  });

  it('finds each cluster once, standby clusters inside their primary included', async () => {
    const clients = onePage(clusters);
    const listing = await new OceanbaseOcpProvider(clients).connect(SOURCE).listFeeds(CONTEXT);
    expect('feeds' in listing && listing.feeds.map(({ cluster }) => cluster)).toEqual([
      { id: '1000005', name: 'yc0820_17' },
      { id: '1000006', name: 'yc0820_18' },
      { id: '1000007', name: 'yc0820_19' },
      { id: '1000008', name: null },
      { id: '1000009', name: 'odd' },
    ]);
    expect('feeds' in listing && listing.feeds[0]).toEqual(FEED);
    expect(clients.requests[0]).toEqual({ path: '/api/v2/ob/clusters', query: { page: 1, size: 1000 } });
  });

  it('distinguishes a cluster from a row that has only an id', async () => {
    const clients = onePage({ data: { contents: [{ id: 5 }, 5, '"5"'] } });
    const listing = await new OceanbaseOcpProvider(clients).connect(SOURCE).listFeeds(CONTEXT);
    expect(listing).toMatchObject({ feeds: [{ key: '5' }] });
  });

  it('returns failures instead of throwing', async () => {
    const reader = new OceanbaseOcpProvider(byPage(() => new UpstreamError('FORBIDDEN')));
    expect(await reader.connect(SOURCE).listFeeds(CONTEXT)).toEqual(failed('FORBIDDEN'));
  });
});

describe('mapping failures', () => {
  const told = (status: number, code: number): object => ({ successful: false, status, error: { code } });
  it.each([
    [200, example, null],
    [200, undefined, null],
    [401, undefined, 'UNAUTHORIZED'],
    [403, told(403, 30014), 'FORBIDDEN'],
    [404, told(404, 10002), 'NOT_FOUND'],
    [429, told(429, 0), 'THROTTLED'],
    [500, 'oops', 'UPSTREAM_ERROR'],
    [400, told(400, 30004), 'UNAUTHORIZED'],
    [200, told(401, 0), 'UNAUTHORIZED'],
    [200, told(429, 0), 'THROTTLED'],
    [200, told(200, 30000), 'UNAUTHORIZED'],
    [200, told(200, 30004), 'UNAUTHORIZED'],
    [200, told(200, 30007), 'UNAUTHORIZED'],
    [200, told(200, 30014), 'FORBIDDEN'],
    [200, told(200, 10002), 'NOT_FOUND'],
    [200, told(500, 10002), 'NOT_FOUND'],
    [200, told(200, 10010), 'UPSTREAM_ERROR'],
    [200, { successful: false }, 'UPSTREAM_ERROR'],
    [200, { successful: false, status: '401', error: 'no' }, 'UPSTREAM_ERROR'],
  ])('maps HTTP %i with %j to %s', (status, body, reason) => {
    expect(protocol.failureOf(status, body)).toBe(reason);
  });

  it('requests JSON and English in every call', () => {
    const headers = protocol.headersOf(sourceWith({ provider: 'oceanbase-ocp' }));
    expect(headers).toEqual({ 'content-type': 'application/json', 'accept-language': 'en-US' });
  });
});

describe('the module', () => {
  it('describes the statuses that its tasks can have', () => {
    const { description } = new OceanbaseOcpProvider(onePage(null));
    expect(OceanbaseOcpModule.provider).toBe(OceanbaseOcpProvider);
    const produced = new Set(statusesTasks.map(({ status }) => status));
    expect(description.taskStatuses).toEqual(TASK_STATUSES.filter((status) => produced.has(status)));
  });
});
