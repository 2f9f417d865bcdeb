import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CceCluster } from '../fleet/fleet.js';
import { startSimulator, type Simulator } from '../simulator.js';
import { ask, type Answer } from '../../../test/support/simulator-client.js';
import { goTime } from './times.js';

const PROJECT = '04f1829c788037ac2fb8c01eb2b04b95';
const CLUSTER = '6f43b4e5-1111-4c2e-9d0f-0255ac101a4b';
const CREATED_MS = Date.UTC(2023, 10, 25, 9, 3, 46, 739);

let simulator: Simulator;
let cluster: CceCluster;
beforeEach(async () => {
  simulator = await startSimulator({ fleet: 'empty' });
  cluster = simulator.fleet.addCceCluster({ id: CLUSTER, name: 'prod', createdMs: CREATED_MS });
});
afterEach(() => simulator.stop());

const get = (path: string): Promise<Answer> =>
  ask(`${simulator.urls.cce}${path}`, { headers: { 'x-auth-token': 'example-token' } });
const tasks = (id = CLUSTER): Promise<Answer> =>
  get(`/api/v3.1/projects/${PROJECT}/clusters/${id}/operation/snapshot/tasks`);

const RUNNING = {
  uid: 'u1',
  createdMs: CREATED_MS,
  updatedMs: CREATED_MS + 1,
  phase: 'Running',
  progress: 67,
  completedMs: null,
  message: '',
};

describe('snapshot tasks', () => {
  it('come all at once in the documented list', async () => {
    cluster.rows.add(...Array.from({ length: 1500 }, (_, index) => ({ ...RUNNING, uid: `u${index}` })));
    const answer = await tasks();
    expect(answer.json).toMatchObject({ kind: 'List', apiVersion: 'v3.1', metadata: {} });
    expect((answer.json as { items: unknown[] }).items).toHaveLength(1500);
  });

  it('write progress as text and times as Go does', async () => {
    simulator.settings.cce.fractionDigits = 3;
    cluster.rows.add(RUNNING);
    expect((await tasks()).json).toMatchObject({
      items: [
        {
          kind: 'SnapshotTask',
          metadata: { uid: 'u1', creationTimestamp: '2023-11-25 17:03:46.739 +0800 CST' },
          spec: {},
          status: { phase: 'Running', progress: '67', completionTime: '2023-11-25 17:03:46.74 +0800 CST' },
        },
      ],
    });
  });

  it('leave completionTime out while running if configured so', async () => {
    simulator.settings.cce.runningCompletionTime = false;
    cluster.rows.add(RUNNING, { ...RUNNING, uid: 'u2', phase: 'Success', completedMs: CREATED_MS + 2 });
    const { items } = (await tasks()).json as { items: { status: object }[] };
    expect(items.map(({ status }) => 'completionTime' in status)).toEqual([true, false]);
  });

  it('report an error in the subtask only', async () => {
    cluster.rows.add({ ...RUNNING, phase: 'Failed', message: 'etcd is gone' });
    expect((await tasks()).json).toMatchObject({
      items: [{ spec: { items: [{ type: 'master-backup', status: 'Failed', message: 'etcd is gone' }] } }],
    });
  });

  it('are not found for an unknown cluster', async () => {
    const answer = await tasks('other');
    expect(answer.status).toBe(404);
    expect(answer.json).toMatchObject({ errorCode: 'CCE.01404001', errorMessage: expect.any(String) });
  });
});

describe('goTime', () => {
  it.each([
    [{ zone: '+0800 CST', fractionDigits: 0, monotonic: false }, '2023-11-25 17:03:46 +0800 CST'],
    [{ zone: '+0000 UTC', fractionDigits: 3, monotonic: false }, '2023-11-25 09:03:46.739 +0000 UTC'],
    [{ zone: '-0330 -0330', fractionDigits: 2, monotonic: false }, '2023-11-25 05:33:46.73 -0330 -0330'],
  ])('prints %j', (style, text) => {
    expect(goTime(CREATED_MS, style)).toBe(text);
  });

  it('trims zeros and adds the monotonic reading', () => {
    const style = { zone: '+0000 UTC', fractionDigits: 3, monotonic: true };
    expect(goTime(Date.UTC(2024, 0, 1), style)).toMatch(/^2024-01-01 00:00:00 \+0000 UTC m=\+\d+\.\d{9}$/);
  });
});

it('lists clusters', async () => {
  const answer = await get(`/api/v3/projects/${PROJECT}/clusters`);
  expect(answer.json).toMatchObject({
    kind: 'Cluster',
    items: [{ metadata: { uid: CLUSTER, name: 'prod' }, status: { phase: 'Available' } }],
  });
});

describe('the list of clusters', () => {
  const list = (query = ''): Promise<Answer> => get(`/api/v3/projects/${PROJECT}/clusters${query}`);

  it('can be filtered by status', async () => {
    simulator.fleet.addCceCluster({ id: 'c2' }).phase = 'Hibernation';
    expect((await list('?status=Hibernation')).json).toMatchObject({ items: [{ metadata: { uid: 'c2' } }] });
    expect(((await list('?status=Error')).json as { items: object[] }).items).toEqual([]);
    expect(((await list()).json as { items: object[] }).items).toHaveLength(2);
  });

  it('contains the networks that the model requires', async () => {
    expect((await list()).json).toMatchObject({
      items: [{ spec: { hostNetwork: {}, containerNetwork: { mode: 'eni' }, eniNetwork: {} } }],
    });
  });
});

describe('a rollback', () => {
  it('has its own type of subtask', async () => {
    cluster.rows.add({ ...RUNNING, rollback: true });
    expect((await tasks()).json).toMatchObject({
      items: [{ spec: { items: [{ type: 'master-backup-rollback' }] } }],
    });
  });
});
