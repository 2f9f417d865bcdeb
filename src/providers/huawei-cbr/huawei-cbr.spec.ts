import { describe, expect, it } from 'vitest';
import type { Feed } from '@/model/feed.js';
import type { FeedRead, ReadFeed, SourceReader } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import { TASK_STATUSES, TASK_TYPES } from '@/model/task.js';
import { formatTime } from '@/model/time.js';
import { UpstreamError } from '@/upstream/upstream-error.js';
import { clockOf } from '../../../test/support/clock.js';
import { CONTEXT, failed, FakeClients, sourceWith } from '../../../test/support/reading.js';
import { protocol } from './wire.js';
import example from './fixtures/example.json' with { type: 'json' };
import exampleTasks from './fixtures/example.tasks.json' with { type: 'json' };
import oddRows from './fixtures/odd-rows.json' with { type: 'json' };
import oddRowsTasks from './fixtures/odd-rows.tasks.json' with { type: 'json' };
import statuses from './fixtures/statuses.json' with { type: 'json' };
import statusesTasks from './fixtures/statuses.tasks.json' with { type: 'json' };
import warnings from './fixtures/warnings.json' with { type: 'json' };
import warningsTasks from './fixtures/warnings.tasks.json' with { type: 'json' };
import { HuaweiCbrModule, HuaweiCbrProvider } from './huawei-cbr.module.js';

const PROJECT = '04f1829c788037ac2fb8c01eb2b04b95';
const SECRET = 'kept-to-ourselves';
const NOW = Date.parse('2024-06-15T10:20:30.456Z');
const DAY_MS = 24 * 60 * 60_000;
/** The window of 30 days, rounded up to a whole UTC day. */
const WINDOW_START = '2024-05-17T00:00:00.000Z';

const SOURCE = sourceWith({
  id: 'server-backups',
  provider: 'huawei-cbr',
  endpoint: `https://${SECRET}.cbr.example`,
  projectId: PROJECT,
  credentials: {
    type: 'password',
    iamEndpoint: `https://${SECRET}.iam.example`,
    domain: SECRET,
    username: SECRET,
    password: SECRET,
  },
  windowMs: 30 * DAY_MS,
});

const FEED: Feed = {
  name: 'sources/server-backups/feeds/operation-logs',
  provider: 'huawei-cbr',
  source: 'server-backups',
  key: 'operation-logs',
  cluster: null,
};

/** Clients that answer each offset. */
function byOffset(answer: (offset: number) => unknown): FakeClients {
  return new FakeClients(({ query }) => answer(Number(query?.offset ?? 0)));
}

/** The upstream's list, as many rows at once as the backend gives, with a count of its own making. */
function serve(rows: readonly unknown[], cap = 1000, count?: number): FakeClients {
  return byOffset((offset) => {
    const page = rows.slice(offset, offset + cap);
    return { count: count ?? page.length, operation_logs: page, limit: 1000, offset };
  });
}

/** When the row of that index was created: they come newest first. */
function createdAt(index: number): number {
  return NOW - index * 60_000;
}

function manyRows(count: number, created: (index: number) => number = createdAt): { id: string }[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `r${index}`,
    created_at: formatTime(created(index)),
    operation_type: 'backup',
    status: 'success',
  }));
}

function connect(clients: FakeClients, overrides: Partial<SourceConfig> = {}): SourceReader {
  return new HuaweiCbrProvider(
    clients,
    clockOf(() => NOW),
  ).connect({ ...SOURCE, ...overrides });
}

function read(clients: FakeClients, overrides: Partial<SourceConfig> = {}): Promise<FeedRead> {
  return connect(clients, overrides).readFeed(FEED, CONTEXT);
}

async function readRows(clients: FakeClients): Promise<ReadFeed> {
  const feedRead = await read(clients);
  if (feedRead.outcome === 'failed') throw new Error(feedRead.failure.reason);
  return feedRead;
}

describe('reading a feed', () => {
  it.each([
    { what: 'the documented example', body: example, tasks: exampleTasks, drift: {} },
    {
      what: 'every status and type',
      body: statuses,
      tasks: statusesTasks,
      drift: { unknownStatus: 2, unknownType: 2 },
    },
    { what: 'what went wrong beside the status', body: warnings, tasks: warningsTasks, drift: {} },
    {
      what: 'odd rows',
      body: oddRows,
      tasks: oddRowsTasks,
      drift: { droppedRow: 7, unknownStatus: 4, unknownType: 4, unreadableTime: 5, wrongType: 13 },
    },
  ])('normalises $what', async ({ body, tasks, drift }) => {
    const feedRead = await readRows(serve(body.operation_logs));
    const isWhole = !('droppedRow' in drift);
    expect(feedRead.coveredSince).toBe(isWhole ? WINDOW_START : null);
    expect(feedRead.truncation).toBe(isWhole ? null : 'MALFORMED');
    expect(feedRead.rows.map(({ task }) => task)).toEqual(tasks);
    expect(feedRead.drift).toEqual(drift);
  });

  it('shows one example of each kind of unexpected row', async () => {
    const { driftExamples } = await readRows(serve(oddRows.operation_logs));
    expect(driftExamples).toEqual({
      droppedRow: { field: '(row)', found: 'null' },
      unknownType: { field: 'operation_type', found: 'absent' },
      unknownStatus: { field: 'status', found: 'absent' },
      unreadableTime: { field: 'created_at', found: '0000000000000' },
      wrongType: { field: 'extra_info.common.progress', found: 'number out of range' },
    });
  });

  it('keeps the record as received', async () => {
    const { rows } = await readRows(serve(statuses.operation_logs));
    expect(rows.map(({ raw }) => raw)).toEqual(statuses.operation_logs);
  });

  it('lists one of two different records of a page with the same id, and reports it', async () => {
    const records = [
      { id: 'o1', status: 'failed' },
      { id: 'o1', status: 'success' },
    ];
    const { rows, truncation, drift } = await readRows(serve(records));
    expect([rows.length, truncation, drift.droppedRow]).toEqual([1, 'MALFORMED', 1]);
  });

  it('distinguishes a record from a row that has only an id', async () => {
    const { rows, drift } = await readRows(serve([{ id: '5' }, 5, { id: '"x"' }, 'x']));
    expect(rows.map(({ task }) => task.nativeId)).toEqual(['5', '"x"']);
    expect(drift).toMatchObject({ droppedRow: 2 });
  });

  it.each([[{ operation_logs: null }], [{ operation_logs: [] }], [{ count: 0, limit: 1000, offset: 0 }]])(
    'treats %j as an empty list',
    async (body) => {
      expect(await read(byOffset(() => body))).toEqual({
        outcome: 'read',
        rows: [],
        truncation: null,
        coveredSince: WINDOW_START,
        drift: {},
        driftExamples: {},
        bookmark: null,
      });
    },
  );

  it.each([
    ...[undefined, null, [], 'text', {}, { operation_logs: {} }, { operation_log: [] }],
    ...[
      { count: 5, limit: 1000, offset: 0 },
      { count: 5, operation_logs: null },
    ],
  ])('treats an answer without a list as malformed: %j', async (body) => {
    expect(await read(byOffset(() => body))).toEqual(failed('MALFORMED'));
  });

  it('returns failures instead of throwing', async () => {
    const clients = byOffset(() => new UpstreamError('THROTTLED', 5000, { httpStatus: 429 }));
    expect(await read(clients)).toEqual(failed('THROTTLED', 5000));
  });
});

describe('asking the upstream', () => {
  const FIRST = {
    limit: 1000,
    start_time: '2024-05-16T10:20:30Z',
    enterprise_project_id: 'all_granted_eps',
  };

  it('asks for the window, first without an offset', async () => {
    const clients = serve(manyRows(3));
    await read(clients);
    const path = `/v3/${PROJECT}/operation-logs`;
    expect(clients.requests).toEqual([
      { path, query: FIRST },
      { path, query: { ...FIRST, offset: 2 } },
    ]);
  });

  it('asks for the window, the project and the enterprise project of the configuration', async () => {
    const clients = serve([]);
    await read(clients, { windowMs: DAY_MS, enterpriseProjectId: 'eps-1', projectId: 'a/b' });
    expect(clients.requests).toEqual([
      {
        path: '/v3/a%2Fb/operation-logs',
        query: { limit: 1000, start_time: '2024-06-14T10:20:30Z', enterprise_project_id: 'eps-1' },
      },
    ]);
  });

  it.each([1, 2, 7, 100, 1000])('reads every row once in pages of %i', async (cap) => {
    const rows = manyRows(cap * 3);
    const feedRead = await readRows(serve(rows, cap));
    expect(feedRead.rows.map(({ task }) => task.nativeId)).toEqual(rows.map(({ id }) => id));
    expect(feedRead).toMatchObject({ truncation: null, coveredSince: WINDOW_START });
  });

  it.each([0, 1, 1_000_000])('ignores a count of %i', async (count) => {
    expect(await read(serve(manyRows(2500), 1000, count))).toMatchObject({
      rows: { length: 2500 },
      truncation: null,
    });
  });

  it.each([1, 2, 30, 1200])(
    'takes an answer of %i rows as the whole list where nothing is paged',
    async (size) => {
      const clients = byOffset(() => ({ operation_logs: manyRows(size) }));
      expect(await read(clients)).toMatchObject({ rows: { length: size }, truncation: null });
      expect(clients.requests.length).toBeLessThan(5);
    },
  );

  it('reports that there may be more where the offset is ignored', async () => {
    const rows = manyRows(1000);
    expect(await read(byOffset(() => ({ operation_logs: rows })))).toMatchObject({
      rows: { length: 1000 },
      truncation: 'LIMIT',
    });
  });

  it.each([500, 400])('fails the read when a later page answers %i', async (status) => {
    const clients = byOffset((offset) =>
      offset === 0
        ? { operation_logs: manyRows(1000) }
        : new UpstreamError('UPSTREAM_ERROR', null, { httpStatus: status }),
    );
    expect(await read(clients)).toEqual(failed('UPSTREAM_ERROR'));
  });

  it('stops when it is aborted', async () => {
    const stop = new AbortController();
    const rows = manyRows(100);
    const clients = byOffset((offset) => {
      if (clients.requests.length === 3) stop.abort();
      return { operation_logs: rows.slice(offset, offset + 10) };
    });
    const feedRead = await connect(clients).readFeed(FEED, { ...CONTEXT, signal: stop.signal });
    expect(feedRead).toEqual(failed('TIMEOUT'));
    expect(clients.requests).toHaveLength(3);
  });
});

describe('what a feed is covered since', () => {
  it.each([
    { nowAt: '2024-06-15T00:00:00.000Z', coveredSince: '2024-06-14T00:00:00.000Z' },
    { nowAt: '2024-06-15T00:00:00.001Z', coveredSince: '2024-06-15T00:00:00.000Z' },
    { nowAt: '2024-06-15T23:59:59.999Z', coveredSince: '2024-06-15T00:00:00.000Z' },
  ])('is the window start, rounded up to a whole UTC day: $nowAt', async ({ nowAt, coveredSince }) => {
    const provider = new HuaweiCbrProvider(
      serve([]),
      clockOf(() => Date.parse(nowAt)),
    );
    const reader = provider.connect({ ...SOURCE, windowMs: DAY_MS });
    expect(await reader.readFeed(FEED, CONTEXT)).toMatchObject({ coveredSince });
  });

  it('follows from the order where there are more tasks than may be read', async () => {
    expect(await read(serve(manyRows(3000)), { maxTasksPerFeed: 1200 })).toMatchObject({
      rows: { length: 1200 },
      truncation: 'LIMIT',
      coveredSince: formatTime(createdAt(1198)),
    });
  });

  it('is never before the window', async () => {
    const rows = manyRows(3000, (index) => NOW - index * DAY_MS);
    expect(await read(serve(rows), { maxTasksPerFeed: 1200 })).toMatchObject({
      truncation: 'LIMIT',
      coveredSince: WINDOW_START,
    });
  });

  it('is not known where the list is cut and does not come newest first', async () => {
    const rows = manyRows(3000, (index) => createdAt(3000 - index));
    expect(await read(serve(rows), { maxTasksPerFeed: 1200 })).toMatchObject({
      truncation: 'LIMIT',
      coveredSince: null,
    });
  });
});

describe('listing the feeds', () => {
  it('has one feed per project, without a call', async () => {
    const clients = serve([]);
    const reader = connect(clients);
    expect(reader.knownFeeds).toEqual([FEED]);
    expect(await reader.listFeeds(CONTEXT)).toEqual({
      outcome: 'listed',
      feeds: [FEED],
      truncation: null,
    });
    expect(clients.requests).toEqual([]);
  });
});

describe('its answers', () => {
  it('never contain a credential or the endpoint', async () => {
    const failing = connect(byOffset(() => new UpstreamError('UNAUTHORIZED', null, { httpStatus: 401 })));
    const answers = [
      await connect(serve(statuses.operation_logs)).readFeed(FEED, CONTEXT),
      await failing.readFeed(FEED, CONTEXT),
      await failing.listFeeds(CONTEXT),
    ];
    expect(JSON.stringify(answers)).not.toContain(SECRET);
  });
});

describe('mapping failures', () => {
  it.each([
    [200, example, null],
    [404, { error_code: 'BackupService.6500', error_msg: 'Operation log does not exist.' }, 'NOT_FOUND'],
    [400, { error_code: 'BackupService.9900' }, 'UPSTREAM_ERROR'],
    [403, { error_code: 'APIGW.0301' }, 'UNAUTHORIZED'],
    [401, { error_code: 'APIG.0301' }, 'UNAUTHORIZED'],
    [403, { error_code: 'APIGW.0308' }, 'THROTTLED'],
    [429, { error_code: 'APIG.0308' }, 'THROTTLED'],
    [401, undefined, 'UNAUTHORIZED'],
    [403, {}, 'FORBIDDEN'],
    [500, 'oops', 'UPSTREAM_ERROR'],
  ])('maps %i %j to %s', (status, body, reason) => {
    expect(protocol.failureOf(status, body)).toBe(reason);
  });
});

describe('the module', () => {
  it('describes the statuses and types that its tasks can have', () => {
    const { description } = new HuaweiCbrProvider(
      serve([]),
      clockOf(() => NOW),
    );
    expect(HuaweiCbrModule.provider).toBe(HuaweiCbrProvider);
    const produced = new Set(statusesTasks.flatMap(({ status, type }) => [status, type]));
    expect(description.taskStatuses).toEqual(TASK_STATUSES.filter((status) => produced.has(status)));
    expect(description.taskTypes).toEqual(TASK_TYPES.filter((type) => produced.has(type)));
  });
});
