import { describe, expect, it } from 'vitest';
import type { TaskRow } from '@/model/task.js';
import { walkFacts } from './read-whole.js';

function rowOf(id: string): TaskRow {
  const task = { id, createTime: '2026-06-01T12:00:00.000Z', startTime: null };
  return { task: task as TaskRow['task'], raw: { id } };
}

describe('the coverage of a walk', () => {
  it.each([
    [2, true],
    [3, false],
  ])('after any number of pages: %i records counted', async (count, hasTotal) => {
    const rows = [rowOf('a'), rowOf('b')];
    const counts = new Array<number>(300_000).fill(count);
    const walked = { rows, truncated: false, calls: counts.length, largestPage: 1, counts };
    const read = {
      outcome: 'read',
      rows,
      truncation: null,
      coveredSince: null,
      drift: {},
      driftExamples: {},
      bookmark: null,
    } as const;
    expect(await walkFacts({ read, walked }, 0)).toMatchObject({ hasTotal });
  });
});
