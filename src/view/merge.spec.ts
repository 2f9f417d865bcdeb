import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { OrderPosition } from '@/model/order.js';
import type { Task, TaskRow } from '@/model/task.js';
import sample from './fixtures/task.json' with { type: 'json' };
import { cutPage, type Page, type PageCut, type Run } from './merge.js';

const order = 'createTime desc';
/** Newest first, two rows a moment, the last ones without a time. */
function rowsOf(count: number): TaskRow[] {
  return Array.from({ length: count }, (_, index) => ({
    task: {
      ...(sample as Task),
      id: `a.${String(index).padStart(5, '0')}`,
      createTime:
        index > count - 4 ? null : new Date(1_700_000_000_000 - Math.floor(index / 2)).toISOString(),
    },
    raw: {},
  }));
}

const size = fc.oneof(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 1000 }));
const count = fc.oneof(fc.nat(20), fc.nat(300));

/** The rows dealt out to some runs. */
function runsOf(rows: readonly TaskRow[], count: number): Run[] {
  return Array.from({ length: count }, (_, run) => {
    const some = rows.filter((_row, index) => (index * 7) % count === run);
    const times = Float64Array.from(some, ({ task }) => Date.parse(task.createTime ?? ''));
    return { rows: some, times, positions: null };
  });
}

function cutRows(rows: readonly TaskRow[], cut: PageCut): Page {
  return cutPage(runsOf(rows, 5), cut);
}

function page(rows: readonly TaskRow[], pageSize: number, number: number): Page {
  return cutRows(rows, { order, pageSize, page: number, after: null });
}

describe('cutPage', () => {
  it('cuts slices by number that join to the list', () => {
    fc.assert(
      fc.property(count, size, (count, pageSize) => {
        const rows = rowsOf(count);
        const numbers = Array.from({ length: Math.ceil(count / pageSize) }, (_, index) => index + 1);
        const pages = numbers.map((number) => page(rows, pageSize, number));
        expect(pages.flatMap((one) => one.rows)).toEqual(rows);
        expect(pages.every((one) => one.totalSize === count)).toBe(true);
        expect(pages.findIndex((one) => one.nextPosition === null)).toBe(pages.length - 1);
      }),
    );
  });

  it('continues after a position, whether or not a row is there', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), size, fc.nat(59), (count, pageSize, at) => {
        const rows = rowsOf(count);
        const last = rows[at % count];
        const after: OrderPosition = { time: last?.task.createTime ?? null, id: last?.task.id ?? '' };
        const following = rows.slice((at % count) + 1, (at % count) + 1 + pageSize);
        const without = rows.filter((row) => row !== last);
        expect(cutRows(rows, { order, pageSize, page: null, after }).rows).toEqual(following);
        expect(cutRows(without, { order, pageSize, page: null, after }).rows).toEqual(following);
      }),
    );
  });

  it('names the last row as the position only when something follows', () => {
    const rows = rowsOf(5);
    expect(page(rows, 2, 1).nextPosition).toEqual({ time: rows[1]?.task.createTime, id: 'a.00001' });
    expect(page(rows, 4, 1).nextPosition).toEqual({ time: null, id: 'a.00003' });
    expect(page(rows, 5, 1).nextPosition).toBeNull();
    expect(page(rows, 6, 1).nextPosition).toBeNull();
  });

  it('returns an empty page past the end, and for an empty list', () => {
    const nothing = { rows: [], nextPosition: null };
    expect(page(rowsOf(5), 5, 2)).toEqual({ ...nothing, totalSize: 5 });
    expect(page(rowsOf(5), 1000, Number.MAX_SAFE_INTEGER)).toEqual({ ...nothing, totalSize: 5 });
    expect(page([], 50, 1)).toEqual({ ...nothing, totalSize: 0 });
    const after = { time: null, id: 'z.1' };
    expect(cutRows(rowsOf(5), { order, pageSize: 2, page: null, after })).toEqual({
      ...nothing,
      totalSize: 5,
    });
  });
});
