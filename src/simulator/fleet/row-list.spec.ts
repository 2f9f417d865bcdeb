import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { RowList, type RowOrder } from './row-list.js';

interface Item {
  id: number;
  atMs: number;
}

function listOf(times: readonly number[]): RowList<Item> {
  const list = new RowList<Item>(({ atMs }) => atMs);
  list.add(...times.map((atMs, id) => ({ id, atMs })));
  return list;
}

const ORDERS: readonly RowOrder[] = ['newest-first', 'oldest-first', 'shuffled'];
const times = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 40 });

describe('RowList', () => {
  it('holds every row exactly once in every order', () => {
    fc.assert(
      fc.property(times, (given) => {
        const list = listOf(given);
        for (const order of ORDERS) expect(new Set(list.inOrder(order)).size).toBe(given.length);
      }),
    );
  });

  it('sorts by creation time, the one order being the other reversed', () => {
    fc.assert(
      fc.property(times, (given) => {
        const list = listOf(given);
        const oldest = list.inOrder('oldest-first');
        expect(oldest.map(({ createdMs }) => createdMs)).toEqual(given.toSorted((a, b) => a - b));
        expect(list.inOrder('newest-first')).toEqual(oldest.toReversed());
      }),
    );
  });

  it('keeps the shuffled order of rows while others come and go', () => {
    const list = listOf([1, 2, 3, 4, 5, 6, 7, 8]);
    const before = list.inOrder('shuffled');
    list.add({ id: 99, atMs: 9 });
    list.remove(({ id }) => id === 2);
    const kept = list.inOrder('shuffled').filter((row) => before.includes(row));
    expect(kept).toEqual(before.filter((row) => kept.includes(row)));
    expect(kept).toHaveLength(7);
  });

  it('places a verbatim row as the newest by default', () => {
    const list = listOf([5, 9]);
    list.addVerbatim({ any: 'thing' });
    list.addVerbatim('older', 1);
    expect(list.inOrder('newest-first').map((row) => row.kind)).toEqual([
      'verbatim',
      'record',
      'record',
      'verbatim',
    ]);
    expect(list.records.map(({ id }) => id)).toEqual([1, 0]);
  });

  it('is empty after it was cleared', () => {
    const list = listOf([1, 2]);
    list.clear();
    expect([list.size, list.records]).toEqual([0, []]);
  });
});
