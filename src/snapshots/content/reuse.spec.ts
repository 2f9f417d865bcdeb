import { describe, expect, it } from '@jest/globals';
import type { Task, TaskRow } from '@/model/task.js';
import { reuseRows } from './reuse.js';

function row(id: string, raw: object): TaskRow {
  return { task: { id } as Task, raw };
}

function nested(levels: number): object {
  let value: unknown[] = [];
  for (let level = 0; level < levels; level += 1) value = [value];
  return { value };
}

describe('rows that did not change', () => {
  it('are the objects from before, wherever they stand; others are the new ones', async () => {
    const before = [row('a', { x: [1, { y: null }] }), row('b', { x: 1 }), row('c', {})];
    const same = row('a', { x: [1, { y: null }] });
    const changed = row('b', { x: '1' });
    const added = row('d', {});
    expect(await reuseRows([added, changed, same], before)).toEqual([added, changed, same]);
    const [first, second, third] = await reuseRows([added, changed, same], before);
    expect([first === added, second === changed, third === before[0]]).toEqual([true, true, true]);
  });

  it('are told by their fields, whatever the order of these', async () => {
    const before = [row('a', { x: 1, y: 2 })];
    expect((await reuseRows([row('a', { y: 2, x: 1 })], before))[0]).toBe(before[0]);
    for (const raw of [{ x: 1 }, { x: 1, y: 2, z: 3 }, { x: 1, z: 2 }, { x: 1, y: undefined }]) {
      expect((await reuseRows([row('a', raw)], before))[0]).not.toBe(before[0]);
    }
  });

  it.each([10, 50_000])('may be nested %d levels deep', async (levels) => {
    const again = row('a', nested(levels));
    const before = [row('a', nested(levels))];
    expect((await reuseRows([again], before))[0] === before[0]).toBe(levels === 10);
  });
});
