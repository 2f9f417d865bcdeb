import { describe, expect, it } from '@jest/globals';
import type { TaskFilter } from '@/model/query.js';
import type { Task } from '@/model/task.js';
import { compileFilter } from './filter.js';
import sample from './fixtures/task.json' with { type: 'json' };

const SAMPLE = sample as Task;
const matches = (filter: TaskFilter, changes: Partial<Task> = {}): boolean =>
  compileFilter(filter)({ ...SAMPLE, ...changes });

describe('compileFilter', () => {
  it('lets every task pass when nothing is restricted', () => {
    expect(matches({})).toBe(true);
    expect(matches({ status: undefined, clusterId: undefined })).toBe(true);
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
  ])('%j lets the task pass, %j does not', (passing, failing) => {
    expect(matches(passing)).toBe(true);
    expect(matches(failing)).toBe(false);
  });

  it('lets nothing pass by an empty list', () => {
    expect(matches({ status: [] })).toBe(false);
  });

  it('asks for the trigger exactly, and a task without one does not pass', () => {
    expect(matches({ trigger: 'MANUAL' }, { trigger: 'MANUAL' })).toBe(true);
    expect(matches({ trigger: 'MANUAL' }, { trigger: 'SCHEDULED' })).toBe(false);
    expect(matches({ trigger: 'MANUAL' }, { trigger: null })).toBe(false);
  });

  it('takes the text of resourceName literally', () => {
    expect(matches({ resourceName: '.' })).toBe(false);
    expect(matches({ resourceName: '(v1.' }, { resource: { type: null, id: null, name: 'db (V1.2)' } })).toBe(
      true,
    );
  });

  it('does not let a task pass that lacks the resource or cluster asked for', () => {
    const unnamed = { type: null, id: null, name: null };
    expect(matches({ resourceId: 'c1' }, { resource: null })).toBe(false);
    expect(matches({ resourceId: 'c1' }, { resource: unnamed })).toBe(false);
    expect(matches({ resourceName: '' }, { resource: null })).toBe(false);
    expect(matches({ resourceName: '' }, { resource: unnamed })).toBe(false);
    expect(matches({ clusterId: 'c1' }, { cluster: null })).toBe(false);
  });

  const before = '2024-01-01T00:00:00.000Z';
  const moment = '2024-01-01T00:00:00.001Z';
  const after = '2024-01-01T00:00:00.002Z';

  it.each([
    ['createdAfter', 'createdBefore', 'createTime'],
    ['endedAfter', 'endedBefore', 'endTime'],
  ] as const)('takes %s as inclusive and %s as exclusive, on %s', (from, until, field) => {
    const task = { [field]: moment };
    expect([before, moment, after].map((time) => matches({ [from]: time }, task))).toEqual([
      true,
      true,
      false,
    ]);
    expect([before, moment, after].map((time) => matches({ [until]: time }, task))).toEqual([
      false,
      false,
      true,
    ]);
    expect(matches({ [from]: moment, [until]: after }, task)).toBe(true);
    expect(matches({ [from]: moment, [until]: moment }, task)).toBe(false);
  });

  it('tells tasks with warnings from those without', () => {
    const warnings = [{ code: null, message: 'm' }];
    expect([[], warnings].map((each) => matches({ hasWarnings: true }, { warnings: each }))).toEqual([
      false,
      true,
    ]);
    expect([[], warnings].map((each) => matches({ hasWarnings: false }, { warnings: each }))).toEqual([
      true,
      false,
    ]);
  });

  it('never lets a task pass a filter by a time that it does not have', () => {
    expect(matches({ endedAfter: '0000-01-01T00:00:00.000Z' }, { endTime: null })).toBe(false);
    expect(matches({ endedBefore: '9999-12-31T23:59:59.999Z' }, { endTime: null })).toBe(false);
    expect(matches({ createdAfter: '0000-01-01T00:00:00.000Z' }, { createTime: null })).toBe(false);
    expect(matches({ createdBefore: '9999-12-31T23:59:59.999Z' }, { createTime: null })).toBe(false);
  });

  it('demands every restriction at once', () => {
    expect(matches({ status: ['SUCCEEDED'], clusterId: 'c1' })).toBe(true);
    expect(matches({ status: ['SUCCEEDED'], clusterId: 'c2' })).toBe(false);
  });
});
