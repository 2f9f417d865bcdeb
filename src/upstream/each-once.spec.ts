import { describe, expect, it } from '@jest/globals';
import type { TaskRow } from '@/model/task.js';
import { eachOnce } from './each-once.js';

function row(id: string, version: number): TaskRow {
  return { task: { id }, raw: { version } } as unknown as TaskRow;
}

describe('eachOnce', () => {
  it('keeps the last of several records with one id, where the first of them stood', () => {
    expect(eachOnce([row('a', 1), row('b', 1), row('a', 2), row('c', 1), row('a', 3)])).toEqual([
      row('a', 3),
      row('b', 1),
      row('c', 1),
    ]);
  });

  it('keeps no rows of none', () => {
    expect(eachOnce([])).toEqual([]);
  });
});
