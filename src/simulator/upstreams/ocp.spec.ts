import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OcpCluster } from '../fleet/fleet.js';
import { makeOcpRecord } from '../fleet/ocp-workload.js';
import { startSimulator, type Simulator } from '../simulator.js';
import { ask, type Answer } from '../../../test/support/simulator-client.js';

const CREATED_MS = Date.parse('2021-09-09T16:19:47.405+08:00');
const NOW_MS = Date.parse('2021-09-23T14:34:35.149+08:00');
const LOGIN = `Basic ${Buffer.from('admin:example-password').toString('base64')}`;

let simulator: Simulator;
let cluster: OcpCluster;
beforeEach(async () => {
  simulator = await startSimulator({ fleet: 'empty', clock: () => NOW_MS });
  cluster = simulator.fleet.addOcpCluster({ id: 1000005, name: 'yc0820_17', createdMs: CREATED_MS });
});
afterEach(() => simulator.stop());

const get = (path: string): Promise<Answer> =>
  ask(`${simulator.urls.ocp}${path}`, { headers: { authorization: LOGIN } });
const tasks = (query = '?page=1&size=10', id = 1000005): Promise<Answer> =>
  get(`/api/v2/ob/clusters/${id}/backup/task/logBackupTasks${query}`);

function fill(count: number): void {
  for (let id = 1; id <= count; id++) {
    const tenant = { id, obTenantId: 1000 + id, name: `t${id}` };
    cluster.rows.add(makeOcpRecord(cluster, tenant, CREATED_MS + id));
  }
}

interface Page {
  data: { contents: { tenantId: number }[]; page: Record<string, number> };
}
async function tenantIds(query: string): Promise<number[]> {
  return ((await tasks(query)).json as Page).data.contents.map(({ tenantId }) => tenantId);
}

describe('log backup tasks', () => {
  it('come in the documented envelope', async () => {
    cluster.rows.add(makeOcpRecord(cluster, undefined, CREATED_MS));
    expect((await tasks()).json).toEqual({
      data: {
        contents: [
          {
            agentServerIp: expect.any(String),
            backupMode: 'PHYSICAL_BACKUP',
            backupUri: 'file:///obbackup/',
            checkpoint: '2021-09-09T16:19:47.405+0800',
            clusterId: 1000005,
            clusterName: 'yc0820_17',
            clusterType: 'PRIMARY',
            createTime: '2021-09-09T16:19:47.405+0800',
            delay: 0,
            obClusterId: 5,
            status: 'BEGINNING',
          },
        ],
        page: { number: 1, size: 1, totalElements: 1, totalPages: 1 },
      },
      duration: expect.any(Number),
      server: 'a83ad33525',
      status: 200,
      successful: true,
      timestamp: '2021-09-23T14:34:35.149+08:00',
      traceId: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
  });

  it('are paged from 1', async () => {
    fill(5);
    expect(await tenantIds('?page=1&size=2')).toEqual([5, 4]);
    expect(await tenantIds('?page=3&size=2')).toEqual([1]);
    expect(await tenantIds('?page=4&size=2')).toEqual([]);
  });

  it.each(['', '?page=1', '?size=10', '?page=0&size=10', '?page=1&size=0'])(
    'are denied to the query %j',
    async (query) => {
      const answer = await tasks(query);
      expect(answer.status).toBe(400);
      expect(answer.json).toMatchObject({ successful: false, status: 400, error: { code: 10001 } });
    },
  );

  it('come in pages of 2000 at most, fewer under a cap', async () => {
    fill(2001);
    expect(await tenantIds('?page=1&size=5000')).toHaveLength(2000);
    simulator.settings.ocp.cap = 3;
    expect(await tenantIds('?page=2&size=5000')).toEqual([1998, 1997, 1996]);
  });

  it.each([
    ['totalPages', { page: { number: 1, size: 2, totalElements: 5, totalPages: 3 } }],
    ['totalPage', { page: { number: 1, size: 2, totalElements: 5, totalPage: 3 } }],
    ['flat', { page: { number: 1, size: 2 }, totalElements: 5, totalPage: 3 }],
    ['absent', { page: { number: 1, size: 2 } }],
  ] as const)('state the totals in the form %s', async (totals, data) => {
    fill(5);
    simulator.settings.ocp.totals = totals;
    const answer = (await tasks('?page=1&size=2')).json as Page;
    expect(answer.data).toMatchObject(data);
    expect('totalElements' in answer.data.page).toBe('totalElements' in data.page);
  });

  it.each([
    ['asked', 10],
    ['rows', 5],
    ['max', 2000],
  ] as const)('state the page size %s', async (pageSize, told) => {
    fill(5);
    simulator.settings.ocp.pageSize = pageSize;
    expect(((await tasks()).json as Page).data.page.size).toBe(told);
  });

  it('can be limited in time, at both ends and with an escaped plus only', async () => {
    fill(3);
    const [from, to] = ['2021-09-09T16:19:47.407+08:00', '2021-09-09T16:19:47.407+08:00'];
    const escaped = (text: string): string => encodeURIComponent(text);
    const window = `?page=1&size=10&startTime=${escaped(from)}&endTime=${escaped(to)}`;
    expect(await tenantIds(window)).toEqual([2]);
    expect((await tasks(`?page=1&size=10&startTime=${escaped(from)}`)).status).toBe(400);
    expect((await tasks(`?page=1&size=10&startTime=${from}&endTime=${to}`)).status).toBe(400);
  });

  it('are not found for an unknown cluster, with HTTP 200 if failures are reported so', async () => {
    const answer = await tasks(undefined, 7);
    expect([answer.status, answer.json]).toMatchObject([404, { status: 404, error: { code: 10002 } }]);
    simulator.settings.ocp.failures = 'ok';
    const hidden = await tasks(undefined, 7);
    expect([hidden.status, hidden.json]).toMatchObject([200, { status: 404, successful: false }]);
  });

  it('have rate limit headers and are throttled beyond the limit', async () => {
    simulator.settings.ocp.rateLimit = { calls: 2, perMs: 60_000 };
    const answers = [await tasks(), await tasks(), await tasks()];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(answers.map(({ headers }) => headers['ratelimit-remaining'])).toEqual(['1', '0', '0']);
    expect(answers[2]?.headers['ratelimit-reset']).toBe('60');
  });
});

it('adds distinct tasks while it is being read', async () => {
  simulator.settings.ocp.churn = { insert: 3, remove: 0, removeFrom: 'tail' };
  await tasks();
  await tasks();
  const times = cluster.rows.records.map(({ createTime }) => createTime);
  expect(new Set(times).size).toBe(6);
});

describe('clusters and tenants', () => {
  it('nest a standby inside its primary, where its tasks are found all the same', async () => {
    const standby = simulator.fleet.addOcpCluster({ id: 1000006, primary: cluster });
    standby.rows.add(makeOcpRecord(standby, undefined, CREATED_MS));
    expect((await get('/api/v2/ob/clusters?page=1&size=10')).json).toMatchObject({
      data: {
        contents: [{ id: 1000005, type: 'PRIMARY', standbyClusters: [{ id: 1000006, type: 'STANDBY' }] }],
        page: { totalElements: 1 },
      },
    });
    expect((await tasks(undefined, 1000006)).json).toMatchObject({
      data: { contents: [{ clusterType: 'STANDBY' }] },
    });
  });

  it('list tenants by page', async () => {
    cluster.tenants.push({ id: 1, obTenantId: 1001, name: 'sys' }, { id: 2, obTenantId: 1002, name: 'pay' });
    expect((await get('/api/v2/ob/clusters/1000005/tenants?page=2&size=1')).json).toMatchObject({
      data: { contents: [{ id: 2, name: 'pay', clusterId: 1000005 }], page: { totalElements: 2 } },
    });
  });

  it('answer unknown paths in the envelope', async () => {
    const answer = await get('/api/v2/ob/nothing');
    expect([answer.status, answer.json]).toMatchObject([404, { successful: false, error: { code: 10002 } }]);
  });
});
