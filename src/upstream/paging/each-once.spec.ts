import { describe, expect, it } from '@jest/globals';
import { runCooperatively } from '@/scheduling/cooperative.js';
import type { TaskRow } from '@/model/task.js';
import { eachOnce } from './each-once.js';

function row(id: string, version: number): TaskRow {
  return { task: { id }, raw: { version } } as unknown as TaskRow;
}

describe('eachOnce', () => {
  it('keeps the last of several records with one id, at the position of the first', async () => {
    const rows = [row('a', 1), row('b', 1), row('a', 2), row('c', 1), row('a', 3)];
    expect(await runCooperatively(eachOnce(rows))).toEqual([row('a', 3), row('b', 1), row('c', 1)]);
  });

  it('keeps no rows of none', async () => {
    expect(await runCooperatively(eachOnce([]))).toEqual([]);
  });
});
