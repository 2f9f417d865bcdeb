import { describe, expect, it } from 'vitest';
import { compactTask } from './compact-task.js';
import type { Task } from './task.js';

const TASK: Task = {
  id: 's.1',
  provider: 'huawei-cbr',
  source: 's',
  feed: 'sources/s/feeds/operation-logs',
  nativeId: '1',
  type: 'BACKUP',
  trigger: null,
  status: 'FAILED',
  nativeStatus: 'failed',
  progressPercent: 40,
  createTime: '2024-01-01T00:00:00.000Z',
  startTime: '2024-01-01T00:00:00.000Z',
  endTime: '2024-01-01T01:00:00.000Z',
  updateTime: '2024-01-01T01:00:00.000Z',
  durationSeconds: 3600,
  checkpointTime: null,
  lagSeconds: null,
  resource: { type: 'OS::Nova::Server', id: 'r', name: 'db' },
  cluster: null,
  destination: 'vault',
  error: { code: 'E.1', message: 'no space' },
  warnings: [{ code: null, message: 'slow' }],
  region: null,
  projectId: 'p',
};

describe('compactTask', () => {
  it('keeps the content, with the fields in the order of the contract', () => {
    const shuffled = Object.fromEntries(Object.entries(TASK).reverse()) as unknown as Task;
    expect(JSON.stringify(compactTask(shuffled))).toBe(JSON.stringify(TASK));
    expect(compactTask({ ...TASK, resource: null, error: null, warnings: [] })).toEqual({
      ...TASK,
      resource: null,
      error: null,
      warnings: [],
    });
  });

  it('stores values that tasks have in common once', () => {
    const [one, other] = [compactTask(TASK), compactTask(structuredClone(TASK))];
    expect(other.resource).toBe(one.resource);
    expect(other.error).toBe(one.error);
    expect(compactTask({ ...TASK, resource: { type: null, id: 'r', name: 'db' } }).resource).not.toBe(
      one.resource,
    );
  });

  it('keeps different texts apart in any number', () => {
    const destinations = Array.from({ length: 50_000 }, (_, number) => `vault-${number}`);
    const told = destinations.map((destination) => compactTask({ ...TASK, destination }).destination);
    expect(told).toEqual(destinations);
  });
});
