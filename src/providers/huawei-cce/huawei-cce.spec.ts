import { describe, expect, it } from 'vitest';
import type { Feed } from '@/model/feed.js';
import { COVERED_SINCE_EVER, type FeedRead, type SourceReader } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import { TASK_STATUSES } from '@/model/task.js';
import { huaweiProtocol } from '@/upstream/huawei/huawei-protocol.js';
import { UpstreamError } from '@/upstream/upstream-error.js';
import { CONTEXT, failed, FakeClients, sourceWith } from '../../../test/support/reading.js';
import { protocol } from './wire.js';
import clusters from './fixtures/clusters.json' with { type: 'json' };
import errors from './fixtures/errors.json' with { type: 'json' };
import errorsTasks from './fixtures/errors.tasks.json' with { type: 'json' };
import example from './fixtures/example.json' with { type: 'json' };
import exampleTasks from './fixtures/example.tasks.json' with { type: 'json' };
import oddRows from './fixtures/odd-rows.json' with { type: 'json' };
import oddRowsTasks from './fixtures/odd-rows.tasks.json' with { type: 'json' };
import rollbacks from './fixtures/rollbacks.json' with { type: 'json' };
import rollbacksTasks from './fixtures/rollbacks.tasks.json' with { type: 'json' };
import statuses from './fixtures/statuses.json' with { type: 'json' };
import statusesTasks from './fixtures/statuses.tasks.json' with { type: 'json' };
import { HuaweiCceModule, HuaweiCceProvider } from './huawei-cce.module.js';

const CLUSTER = '4b8a3e4c-0a4e-11ef-9f3a-0255ac100b03';
const PROJECT = '04f1829c788037ac2fb8c01eb2b04b95';

const SOURCE = sourceWith({
  id: 'kubernetes',
  provider: 'huawei-cce',
  endpoint: 'https://cce.example',
  projectId: PROJECT,
  credentials: { type: 'token', token: 't' },
});

const FEED: Feed = {
  name: `sources/kubernetes/feeds/${CLUSTER}`,
  provider: 'huawei-cce',
  source: 'kubernetes',
  key: CLUSTER,
  cluster: { id: CLUSTER, name: 'payments' },
};

/** Clients that answer every call with the same. */
function answering(answer: unknown): FakeClients {
  return new FakeClients(() => answer);
}

function connect(answer: unknown, overrides: Partial<SourceConfig> = {}): SourceReader {
  return new HuaweiCceProvider(answering(answer)).connect({ ...SOURCE, ...overrides });
}

function read(answer: unknown, overrides: Partial<SourceConfig> = {}): Promise<FeedRead> {
  return connect(answer, overrides).readFeed(FEED, CONTEXT);
}

function snapshot(uid: string, created: string): object {
  return { metadata: { uid, creationTimestamp: created }, status: { phase: 'Success' } };
}

describe('reading a feed', () => {
  it.each([
    { what: 'the documented example', body: example, tasks: exampleTasks, drift: {} },
    { what: 'every phase', body: statuses, tasks: statusesTasks, drift: { unknownStatus: 2 } },
    { what: 'the texts of subtasks', body: errors, tasks: errorsTasks, drift: {} },
    { what: 'rollbacks', body: rollbacks, tasks: rollbacksTasks, drift: {} },
    {
      what: 'odd rows',
      body: oddRows,
      tasks: oddRowsTasks,
      drift: { droppedRow: 5, unreadableTime: 3, wrongType: 4, unknownStatus: 2 },
    },
  ])('normalises $what', async ({ body, tasks, drift }) => {
    const feedRead = await read(body);
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
    const feedRead = await read(oddRows);
    expect('driftExamples' in feedRead && feedRead.driftExamples).toEqual({
      droppedRow: { field: 'metadata.uid, metadata.creationTimestamp', found: 'absent' },
      unreadableTime: { field: 'metadata.creationTimestamp', found: 'aaaaaaaaa' },
      unknownStatus: { field: 'status.phase', found: 'absent' },
      wrongType: { field: 'status.progress', found: 'string' },
    });
  });

  it('keeps the record as received', async () => {
    expect(await read(example)).toMatchObject({ rows: [{ raw: example.items[0] }] });
  });

  it('asks once, for the cluster of the feed', async () => {
    const clients = answering(example);
    await new HuaweiCceProvider(clients).connect(SOURCE).readFeed({ ...FEED, key: 'a/b' }, CONTEXT);
    expect(clients.requests).toEqual([
      { path: `/api/v3.1/projects/${PROJECT}/clusters/a%2Fb/operation/snapshot/tasks` },
    ]);
  });

  it.each([
    [{ items: null }],
    [{ items: [] }],
    [{ kind: 'List', apiVersion: 'v3.1', metadata: {}, status: {} }],
  ])('treats %j as an empty list', async (body) => {
    expect(await read(body)).toEqual({
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
    ...[undefined, null, [], 'text', {}, { items: {} }, { items: 'none' }],
    { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' },
    { kind: 'Cluster', apiVersion: 'v3', metadata: { uid: 'c1' } },
  ])('treats an answer without a list as malformed: %j', async (body) => {
    expect(await read(body)).toEqual(failed('MALFORMED'));
  });

  it('lists one of two different items with the same uid, and reports it', async () => {
    const items = [
      snapshot('s1', '2024-05-01 08:00:00 +0000 UTC'),
      snapshot('s1', '2024-05-02 08:00:00 +0000 UTC'),
    ];
    expect(await read({ items })).toMatchObject({
      rows: { length: 1 },
      truncation: 'MALFORMED',
      drift: { droppedRow: 1 },
    });
    expect(await read({ items: [items[0], items[0]] })).toMatchObject({
      rows: { length: 1 },
      truncation: null,
    });
  });

  it('keeps the newest when there are more than may be kept', async () => {
    const items = [
      snapshot('none', ''),
      snapshot('old', '2024-05-01 08:00:00 +0000 UTC'),
      snapshot('new', '2024-05-03 08:00:00 +0000 UTC'),
      snapshot('middle', '2024-05-02 08:00:00 +0000 UTC'),
    ];
    expect(await read({ items }, { maxTasksPerFeed: 2 })).toMatchObject({
      rows: [{ task: { nativeId: 'new' } }, { task: { nativeId: 'middle' } }],
      truncation: 'LIMIT',
      coveredSince: '2024-05-02T08:00:00.000Z',
    });
  });

  it('claims coverage only for times of which no row was left out', async () => {
    const items = ['a', 'b', 'c'].map((uid) => snapshot(uid, '2024-05-01 08:00:00 +0000 UTC'));
    expect(await read({ items }, { maxTasksPerFeed: 2 })).toMatchObject({
      truncation: 'LIMIT',
      coveredSince: null,
    });
    items.push(snapshot('d', '2024-05-02 08:00:00 +0000 UTC'));
    expect(await read({ items }, { maxTasksPerFeed: 2 })).toMatchObject({
      coveredSince: '2024-05-02T08:00:00.000Z',
    });
  });

  it('returns failures instead of throwing', async () => {
    expect(await read(new UpstreamError('THROTTLED', 5000))).toEqual(failed('THROTTLED', 5000));
  });
});

describe('listing the feeds', () => {
  it('takes the configured clusters without a call', async () => {
    const clients = answering(clusters);
    const source = { ...SOURCE, clusters: [{ id: CLUSTER, name: 'payments' }] };
    const listing = await new HuaweiCceProvider(clients).connect(source).listFeeds(CONTEXT);
    expect(listing).toMatchObject({ outcome: 'listed', feeds: [FEED], truncation: null });
    expect(clients.requests).toEqual([]);
  });

  it('finds each cluster of the project once, and says when a row names none', async () => {
    const clients = answering(clusters);
    const listing = await new HuaweiCceProvider(clients).connect(SOURCE).listFeeds(CONTEXT);
    const unnamed = {
      ...FEED,
      name: 'sources/kubernetes/feeds/c2',
      key: 'c2',
      cluster: { id: 'c2', name: null },
    };
    expect(listing).toMatchObject({ outcome: 'listed', feeds: [FEED, unnamed], truncation: 'MALFORMED' });
    expect(clients.requests).toEqual([{ path: `/api/v3/projects/${PROJECT}/clusters` }]);
  });

  it('returns failures instead of throwing', async () => {
    expect(await connect({ clusters: [] }).listFeeds(CONTEXT)).toEqual(failed('MALFORMED'));
    expect(await connect(new UpstreamError('FORBIDDEN')).listFeeds(CONTEXT)).toEqual(failed('FORBIDDEN'));
  });
});

describe('mapping failures', () => {
  it.each([
    [200, example, null],
    [429, { errorCode: 'CCE.02429001', errorMessage: 'slow down' }, 'THROTTLED'],
    [429, { errorCode: 'CCE.01429002', errorMessage: 'locked' }, 'UPSTREAM_ERROR'],
    [429, undefined, 'THROTTLED'],
    [401, { errorCode: 'CCE.01401001' }, 'UNAUTHORIZED'],
    [403, { errorCode: 'CCE.01403001' }, 'FORBIDDEN'],
    [404, { errorCode: 'CCE.01404001' }, 'NOT_FOUND'],
    [500, 'oops', 'UPSTREAM_ERROR'],
  ])('maps %i %j to %s', (status, body, reason) => {
    expect(protocol.failureOf(status, body)).toBe(reason);
  });

  it('uses the protocol of all Huawei Cloud services', () => {
    expect(protocol).toMatchObject({ logIns: huaweiProtocol.logIns, headersOf: huaweiProtocol.headersOf });
  });
});

describe('the module', () => {
  it('describes the statuses that its tasks can have', () => {
    const { description } = new HuaweiCceProvider(answering(null));
    expect(HuaweiCceModule.provider).toBe(HuaweiCceProvider);
    const produced = new Set(statusesTasks.map(({ status }) => status));
    expect(description.taskStatuses).toEqual(TASK_STATUSES.filter((status) => produced.has(status)));
  });
});
