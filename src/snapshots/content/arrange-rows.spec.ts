import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { compareRows } from '@/model/change.js';
import type { Task, TaskRow } from '@/model/task.js';
import { arrangeRows } from './arrange-rows.js';

function row(id: string, raw: object, createTime: string | null = null): TaskRow {
  return { task: { id, createTime } as Task, raw };
}

function nested(levels: number): object {
  let value: unknown[] = [];
  for (let level = 0; level < levels; level += 1) value = [value];
  return { value };
}

describe('arrangeRows', () => {
  it('sorts the rows, and returns equal ones as the objects of the base', async () => {
    const raws = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 });
    const time = fc.option(fc.constantFrom('2024-01-01T00:00:00.000Z', '2024-01-02T00:00:00.000Z'));
    const kept = fc.dictionary(
      fc.string(),
      fc.tuple(raws, time, fc.constantFrom('same', 'changed', 'new', 'gone')),
    );
    await fc.assert(
      fc.asyncProperty(kept, async (all) => {
        const entries = Object.entries(all);
        const base = entries
          .filter(([, [, , fate]]) => fate !== 'new')
          .map(([id, [raw, at]]) => row(id, raw, at))
          .sort(compareRows);
        const rows = entries
          .filter(([, [, , fate]]) => fate !== 'gone')
          .map(([id, [raw, at, fate]]) => row(id, structuredClone(fate === 'changed' ? { raw } : raw), at));
        const arranged = await arrangeRows(rows, base);
        expect(arranged).toEqual(rows.toSorted(compareRows));
        for (const each of arranged) expect(base.includes(each)).toBe(all[each.task.id]?.[2] === 'same');
      }),
    );
  });

  it('returns the base itself where nothing changed, whatever the order of arrival', async () => {
    const base = [row('b', { x: 1 }, '2024-01-02T00:00:00.000Z'), row('a', {}, '2024-01-01T00:00:00.000Z')];
    expect(await arrangeRows(structuredClone(base).reverse(), base)).toBe(base);
    expect(await arrangeRows([], [])).toEqual([]);
    expect(await arrangeRows(base.slice(1), base)).not.toBe(base);
  });

  it('ignores the order of fields', async () => {
    const base = [row('x', { a: 1, b: 2 })];
    expect(await arrangeRows([row('x', { b: 2, a: 1 })], base)).toBe(base);
  });

  it.each([
    [{ a: 1 }, { a: '1' }],
    [{ a: null }, {}],
    [{ a: [] }, { a: {} }],
    [{ a: [1, 2] }, { a: [1] }],
    [{ a: { b: 1 } }, { a: { c: 1 } }],
    [
      { a: 1, b: 2 },
      { a: 1, b: undefined },
    ],
    [JSON.parse('{"__proto__":1}') as object, {}],
  ])('does not treat %j as %j', async (a, b) => {
    const [from, to] = [row('x', a), row('x', b)];
    expect((await arrangeRows([from], [to]))[0]).toBe(from);
    expect((await arrangeRows([to], [from]))[0]).toBe(to);
  });

  it.each([10, 50_000])('compares records that are nested %d levels deep', async (levels) => {
    const before = [row('a', nested(levels))];
    expect((await arrangeRows([row('a', nested(levels))], before)) === before).toBe(levels === 10);
  });
});
