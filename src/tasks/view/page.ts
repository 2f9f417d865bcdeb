import type { OrderPosition, TaskOrder } from '@/model/order.js';
import { comparePositions, positionOf } from '@/model/order.js';
import type { TaskRow } from '@/model/task.js';

/** Which page of an ordered list is wanted: after a position, or by number, or else the first. */
export interface PageCut {
  readonly order: TaskOrder;
  /** At least 1. */
  readonly pageSize: number;
  /** 1-based. */
  readonly page: number | null;
  /** The walk goes on after this position; it need not be the position of a task that still exists. */
  readonly after: OrderPosition | null;
}

export interface Page {
  readonly rows: readonly TaskRow[];
  /** How many rows the whole list has. */
  readonly totalSize: number;
  /** Where the next page goes on; null exactly when nothing follows. */
  readonly nextPosition: OrderPosition | null;
}

/** Cuts one page out of rows that are in the cut's order. A page past the end is empty. */
export function cutPage(rows: readonly TaskRow[], cut: PageCut): Page {
  const start = startOf(rows, cut);
  const end = start + cut.pageSize;
  const last = end < rows.length ? rows[end - 1] : undefined;
  return {
    rows: rows.slice(start, end),
    totalSize: rows.length,
    nextPosition: last === undefined ? null : positionOf(last.task, cut.order),
  };
}

function startOf(rows: readonly TaskRow[], { order, pageSize, page, after }: PageCut): number {
  if (after !== null) return countUpTo(rows, after, order);
  return page === null ? 0 : (page - 1) * pageSize;
}

/** How many rows stand at or before the position, by binary search. */
function countUpTo(rows: readonly TaskRow[], position: OrderPosition, order: TaskOrder): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = rows[middle];
    if (row === undefined || comparePositions(positionOf(row.task, order), position, order) > 0)
      high = middle;
    else low = middle + 1;
  }
  return low;
}
