import { describe, expect, it } from 'vitest';
import type { TaskFilter } from '@/model/query.js';
import type { Task } from '@/model/task.js';
import { snapshotOf } from '../../test/support/snapshots.js';
import sample from './fixtures/task.json' with { type: 'json' };
import { View } from './view.js';

const SAMPLE = sample as Task;

async function matches(filter: TaskFilter, changes: Partial<Task> = {}): Promise<boolean> {
  const rows = [{ task: { ...SAMPLE, ...changes }, raw: {} }];
  const selection = { filter, order: 'createTime desc', pageSize: 1, page: null } as const;
  const page = await new View().page([snapshotOf(SAMPLE.feed, rows)], selection, null);
  return page.totalSize === 1;
}

describe('a filter', () => {
  it('passes every task when nothing is restricted', async () => {
    expect(await matches({})).toBe(true);
    expect(await matches({ status: undefined, clusterId: undefined })).toBe(true);
  });

  it.each<[TaskFilter, TaskFilter]>([
    [{ provider: ['huawei-css', 'huawei-cce'] }, { provider: ['huawei-css'] }],
    [{ source: ['kubernetes', 'other'] }, { source: ['kube'] }],
    [{ status: ['FAILED', 'SUCCEEDED'] }, { status: ['FAILED'] }],
    [{ type: ['CLUSTER_SNAPSHOT'] }, { type: ['LOG_BACKUP', 'OTHER'] }],
    [{ resourceId: 'c1' }, { resourceId: 'C1' }],
    [{ clusterId: 'c1' }, { clusterId: 'c' }],
    [{ resourceName: 'SHOP-front' }, { resourceName: 'shop front' }],
    [{ resourceName: 'end' }, { resourceName: 'frontends' }],
  ])('%j lets the task pass, %j does not', async (passing, failing) => {
    expect(await matches(passing)).toBe(true);
    expect(await matches(failing)).toBe(false);
  });

  it('passes nothing with an empty list', async () => {
    expect(await matches({ status: [] })).toBe(false);
  });

  it('compares the trigger exactly, and rejects a task without one', async () => {
    expect(await matches({ trigger: 'MANUAL' }, { trigger: 'MANUAL' })).toBe(true);
    expect(await matches({ trigger: 'MANUAL' }, { trigger: 'SCHEDULED' })).toBe(false);
    expect(await matches({ trigger: 'MANUAL' }, { trigger: null })).toBe(false);
  });

  it('takes the text of resourceName literally', async () => {
    expect(await matches({ resourceName: '.' })).toBe(false);
    expect(
      await matches({ resourceName: '(v1.' }, { resource: { type: null, id: null, name: 'db (V1.2)' } }),
    ).toBe(true);
  });

  it('rejects a task that lacks the requested resource or cluster', async () => {
    const unnamed = { type: null, id: null, name: null };
    expect(await matches({ resourceId: 'c1' }, { resource: null })).toBe(false);
    expect(await matches({ resourceId: 'c1' }, { resource: unnamed })).toBe(false);
    expect(await matches({ resourceName: '' }, { resource: null })).toBe(false);
    expect(await matches({ resourceName: '' }, { resource: unnamed })).toBe(false);
    expect(await matches({ clusterId: 'c1' }, { cluster: null })).toBe(false);
  });

  const before = '2024-01-01T00:00:00.000Z';
  const moment = '2024-01-01T00:00:00.001Z';
  const after = '2024-01-01T00:00:00.002Z';

  it.each([
    ['createdAfter', 'createdBefore', 'createTime'],
    ['endedAfter', 'endedBefore', 'endTime'],
  ] as const)('treats %s as inclusive and %s as exclusive, on %s', async (from, until, field) => {
    const task = { [field]: moment };
    expect(await Promise.all([before, moment, after].map((time) => matches({ [from]: time }, task)))).toEqual(
      [true, true, false],
    );
    expect(
      await Promise.all([before, moment, after].map((time) => matches({ [until]: time }, task))),
    ).toEqual([false, false, true]);
    expect(await matches({ [from]: moment, [until]: after }, task)).toBe(true);
    expect(await matches({ [from]: moment, [until]: moment }, task)).toBe(false);
  });

  it('distinguishes tasks with warnings from those without', async () => {
    const warnings = [{ code: null, message: 'm' }];
    expect(
      await Promise.all([[], warnings].map((each) => matches({ hasWarnings: true }, { warnings: each }))),
    ).toEqual([false, true]);
    expect(
      await Promise.all([[], warnings].map((each) => matches({ hasWarnings: false }, { warnings: each }))),
    ).toEqual([true, false]);
  });

  it('rejects a task in a filter by a time that it does not have', async () => {
    expect(await matches({ endedAfter: '0000-01-01T00:00:00.000Z' }, { endTime: null })).toBe(false);
    expect(await matches({ endedBefore: '9999-12-31T23:59:59.999Z' }, { endTime: null })).toBe(false);
    expect(await matches({ createdAfter: '0000-01-01T00:00:00.000Z' }, { createTime: null })).toBe(false);
    expect(await matches({ createdBefore: '9999-12-31T23:59:59.999Z' }, { createTime: null })).toBe(false);
  });

  it('requires all restrictions at once', async () => {
    expect(await matches({ status: ['SUCCEEDED'], clusterId: 'c1' })).toBe(true);
    expect(await matches({ status: ['SUCCEEDED'], clusterId: 'c2' })).toBe(false);
  });
});
