import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CssCluster } from '../fleet/fleet.js';
import type { CssRecord } from '../fleet/records.js';
import { startSimulator, type Simulator } from '../simulator.js';
import { ask, type Answer } from '../../../test/support/simulator-client.js';

const CLUSTER = '4213d908-f5dc-4633-8401-cfd7175fca0c';
const PROJECT = '04f1829c788037ac2fb8c01eb2b04b95';
const NOW_MS = Date.UTC(2026, 0, 15, 12);

/** The answer of the API reference's example. */
const DOCUMENTED = {
  id: 'd455a541-597e-4846-a6be-baad0ea361b1',
  clusterId: CLUSTER,
  createAt: 1656042837000,
  logPath: 'css-backup-1610678043608/css/log',
  status: 'RUNNING',
  finishedAt: null,
  jobTypes: 'Manual',
  failedMsg: null,
  jobId: '2c9080df7c171342017c5e0884f8011c',
};

let simulator: Simulator;
let cluster: CssCluster;

beforeEach(async () => {
  simulator = await startSimulator({ fleet: 'empty', clock: () => NOW_MS });
  cluster = simulator.fleet.addCssCluster({ id: CLUSTER, name: 'logs' });
});
afterEach(() => simulator.stop());

function row(number: number, changes: Partial<CssRecord> = {}): CssRecord {
  return { ...DOCUMENTED, id: `row-${number}`, createAt: NOW_MS - 100_000 + number, ...changes };
}

function fill(count: number): void {
  cluster.rows.add(...Array.from({ length: count }, (_, index) => row(index + 1)));
}

const get = (path: string): Promise<Answer> =>
  ask(`${simulator.urls.css}${path}`, { headers: { 'x-auth-token': 'example-token' } });
const records = (query = '', id = CLUSTER): Promise<Answer> =>
  get(`/v1.0/${PROJECT}/clusters/${id}/logs/records${query}`);

interface Page {
  clusterLogRecord: CssRecord[];
  totalSize?: number;
}
async function ids(query: string): Promise<string[]> {
  return ((await records(query)).json as Page).clusterLogRecord.map(({ id }) => id);
}

describe('log backup records', () => {
  it('serves the documented example unchanged', async () => {
    simulator.settings.css.totalSize = 'absent';
    cluster.rows.addVerbatim(DOCUMENTED);
    expect((await records()).json).toEqual({ clusterLogRecord: [DOCUMENTED] });
  });

  it('serves ten rows by default, newest first', async () => {
    fill(25);
    const found = await ids('');
    expect(found).toHaveLength(10);
    expect(found[0]).toBe('row-25');
  });

  it('counts items from 1 and joins pages without gap or overlap', async () => {
    fill(25);
    const pages = await Promise.all([1, 11, 21].map((start) => ids(`?start=${start}&limit=10`)));
    expect(pages.flat()).toEqual(Array.from({ length: 25 }, (_, index) => `row-${25 - index}`));
  });

  it('honours one name of the page parameter and ignores the other', async () => {
    fill(25);
    simulator.settings.css.pageParameter = 'offset';
    expect((await ids('?start=11&limit=10'))[0]).toBe('row-25');
    expect((await ids('?offset=11&limit=10'))[0]).toBe('row-15');
    simulator.settings.css.pageParameter = 'start';
    expect((await ids('?offset=11&limit=10'))[0]).toBe('row-25');
    expect((await ids('?start=11&offset=2&limit=10'))[0]).toBe('row-15');
  });

  it('rejects unknown parameters if configured so', async () => {
    simulator.settings.css = {
      ...simulator.settings.css,
      pageParameter: 'offset',
      unknownParameters: 'reject',
    };
    expect((await records('?offset=1')).status).toBe(200);
    const answer = await records('?start=1');
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ errCode: 'CSS.0001' });
  });

  it.each(['?limit=0', '?limit=1001', '?start=0', '?limit=ten', '?status=RUNNING'])(
    'rejects %s',
    async (query) => {
      expect((await records(query)).status).toBe(400);
    },
  );

  it('serves no more than the cap', async () => {
    fill(25);
    simulator.settings.css.cap = 7;
    expect(await ids('?limit=20')).toHaveLength(7);
  });

  it('has a limit of the start and either rejects or clamps beyond it', async () => {
    fill(25);
    simulator.settings.css.offsetBound = 20;
    expect((await records('?start=21')).status).toBe(400);
    simulator.settings.css.beyondBound = 'clamp';
    expect(await ids('?start=21&limit=1')).toEqual(['row-6']);
  });

  it.each([
    ['exact', 25],
    ['page', 10],
    ['absent', undefined],
  ] as const)('states the total size %s', async (totalSize, told) => {
    fill(25);
    simulator.settings.css.totalSize = totalSize;
    expect(((await records()).json as Page).totalSize).toBe(told);
  });

  it('filters by the words of the filter', async () => {
    cluster.rows.add(row(1, { status: 'FAIL' }), row(2, { status: 'SUCCESS' }), row(3));
    expect(await ids('?status=FAIL')).toEqual(['row-1']);
    expect(await ids('?status=NOT_FAIL')).toEqual(['row-3', 'row-2']);
  });

  it('writes times as text if configured so', async () => {
    cluster.rows.add(row(1, { finishedAt: 5 }));
    simulator.settings.css.times = 'string';
    const [record] = ((await records()).json as Page).clusterLogRecord;
    expect(record).toMatchObject({ createAt: String(NOW_MS - 99_999), finishedAt: '5' });
  });

  it.each(['oldest-first', 'shuffled'] as const)('keeps the order %s from call to call', async (order) => {
    fill(40);
    simulator.settings.css.order = order;
    const whole = await ids('?limit=40');
    expect(await ids('?limit=40')).toEqual(whole);
    expect(await ids('?start=11&limit=5')).toEqual(whole.slice(10, 15));
    expect(whole[0] === 'row-1').toBe(order === 'oldest-first');
    expect(whole.toSorted()).toEqual((await ids('?limit=1000')).toSorted());
  });

  it('shifts the rows between pages while new tasks arrive', async () => {
    fill(20);
    const first = await ids('?start=1&limit=10');
    simulator.settings.css.churn = { insert: 3, remove: 0, removeFrom: 'tail' };
    const second = await ids('?start=11&limit=10');
    expect(second.filter((id) => first.includes(id))).toEqual(['row-13', 'row-12', 'row-11']);
    expect(cluster.rows.size).toBe(23);
  });

  it.each([
    ['head', 'row-18'],
    ['tail', 'row-20'],
  ] as const)('takes rows away from the %s', async (removeFrom, first) => {
    fill(20);
    simulator.settings.css.churn = { insert: 0, remove: 2, removeFrom };
    expect((await ids(''))[0]).toBe(first);
    expect(cluster.rows.size).toBe(18);
  });

  it('says 403 CSS.0015 for an unknown cluster', async () => {
    const answer = await records('', 'no-such-cluster');
    expect(answer.status).toBe(403);
    expect(answer.json).toMatchObject({ errCode: 'CSS.0015' });
  });
});

describe('clusters', () => {
  it('are listed newest first and paged like the records', async () => {
    simulator.fleet.addCssCluster({ id: 'younger', createdMs: NOW_MS });
    const answer = await get(`/v1.0/${PROJECT}/clusters?start=1&limit=1`);
    expect(answer.json).toMatchObject({
      totalSize: 2,
      clusters: [{ id: 'younger', status: '200', created: '2026-01-15T12:00:00' }],
    });
  });
});

it('answers unknown paths as the API gateway does', async () => {
  const answer = await get('/v2/nothing');
  expect(answer.status).toBe(404);
  expect(answer.json).toMatchObject({ error_code: 'APIGW.0101', request_id: expect.any(String) });
});
