import { orderField, type OrderPosition, type TaskOrder } from '@/model/order.js';
import type { TaskRow } from '@/model/task.js';
import { Heap } from './heap.js';
import { orderKey } from './sorted-positions.js';

/** Rows of one feed in an order. No task is in two runs. */
export interface Run {
  readonly rows: readonly TaskRow[];
  /** By position in the rows: the time of the order's field in epoch milliseconds, NaN where there is none. */
  readonly times: Float64Array;
  /** The positions of the run's rows along the order; null: all rows, as they are. */
  readonly positions: Uint32Array | null;
}

/** Which page of the merged runs is wanted: after a position, or by number, or else the first. */
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
  /** How many rows all runs have. */
  readonly totalSize: number;
  /** Where the next page goes on; null exactly when nothing follows. */
  readonly nextPosition: OrderPosition | null;
}

/**
 * Cuts one page out of the merged runs without merging them. Costs a binary search in each run and a heap for the rows of
 * the page; a page by number about twenty searches more. A page past the end is empty.
 */
export function cutPage(runs: readonly Run[], cut: PageCut): Page {
  const { order, pageSize } = cut;
  const merge = new Merge(runs, order);
  const rows = merge.take(merge.startsOf(cut), pageSize);
  const last = rows.at(-1);
  const follows = last !== undefined && rows.length === pageSize && merge.hasMore;
  return {
    rows,
    totalSize: merge.size,
    nextPosition: follows ? { time: last.task[orderField(order)], id: last.task.id } : null,
  };
}

/** What rows are compared by: a number that grows along the order, and the id that decides between equal ones. */
interface SortKey {
  readonly key: number;
  readonly id: string;
}

function isBefore(a: SortKey, b: SortKey): boolean {
  return a.key === b.key ? a.id < b.id : a.key < b.key;
}

/** The part of a run of which it is not known yet on which side of a border it is. */
interface Span {
  readonly run: Run;
  low: number;
  high: number;
}

/** The row in the middle of a span. */
interface Median {
  readonly span: Span;
  readonly middle: number;
  readonly sortKey: SortKey;
}

/** A k-way merge of sorted runs. */
class Merge {
  readonly #runs: readonly Run[];
  readonly #order: TaskOrder;
  readonly size: number;
  /** True when `take` has left rows behind. */
  hasMore = false;

  constructor(runs: readonly Run[], order: TaskOrder) {
    this.#runs = runs.filter((run) => lengthOf(run) > 0);
    this.#order = order;
    this.size = sum(this.#runs.map(lengthOf));
  }

  /** How many rows of each run come before the page. */
  startsOf({ after, page, pageSize }: PageCut): number[] {
    if (after !== null) {
      const sortKey = {
        key: orderKey(after.time === null ? NaN : Date.parse(after.time), this.#order),
        id: after.id,
      };
      return this.#runs.map((run) => this.#countUpTo(run, sortKey, { low: 0, high: lengthOf(run) }));
    }
    return this.#select(page === null ? 0 : (page - 1) * pageSize);
  }

  /** The next rows of all runs from these starts on, by a heap of the runs' first rows. */
  take(starts: readonly number[], count: number): TaskRow[] {
    const heap = new Heap<{ readonly run: Run; rank: number; sortKey: SortKey }>((a, b) =>
      isBefore(a.sortKey, b.sortKey),
    );
    for (const [index, run] of this.#runs.entries()) {
      const rank = starts[index] ?? 0;
      if (rank < lengthOf(run)) heap.push({ run, rank, sortKey: this.#sortKeyAt(run, rank) });
    }
    const rows: TaskRow[] = [];
    for (let head = heap.first; head !== undefined && rows.length < count; head = heap.first) {
      rows.push(rowAt(head.run, head.rank));
      head.rank += 1;
      if (head.rank === lengthOf(head.run)) heap.removeFirst();
      else {
        head.sortKey = this.#sortKeyAt(head.run, head.rank);
        heap.sinkFirst();
      }
    }
    this.hasMore = heap.first !== undefined;
    return rows;
  }

  /**
   * How many of the first `count` rows each run has. In each round the weighted median of the middles of what is left
   * decides for at least a quarter of it on which side of the border it is. Each round leaves less of the median's own run,
   * so it ends even if, against the rules, two runs have the same task.
   */
  #select(count: number): number[] {
    const spans = this.#runs.map((run) => ({ run, low: 0, high: lengthOf(run) }));
    for (let median = this.#medianOf(spans); median !== null; median = this.#medianOf(spans)) {
      const { span, middle, sortKey } = median;
      const upTo = spans.map(({ run, low, high }) => this.#countUpTo(run, sortKey, { low, high }));
      const isWithin = sum(upTo) <= count;
      for (const [index, each] of spans.entries()) each[isWithin ? 'low' : 'high'] = upTo[index] ?? 0;
      if (isWithin) span.low = middle + 1;
      else span.high = middle;
    }
    return spans.map(({ low }) => low);
  }

  /** null when nothing is left. */
  #medianOf(spans: readonly Span[]): Median | null {
    const middles = spans.flatMap((span): Median[] => {
      const middle = Math.floor((span.low + span.high) / 2);
      return span.low < span.high ? [{ span, middle, sortKey: this.#sortKeyAt(span.run, middle) }] : [];
    });
    middles.sort((a, b) => (isBefore(a.sortKey, b.sortKey) ? -1 : 1));
    let rest = sum(middles.map(({ span }) => span.high - span.low)) / 2;
    return middles.find(({ span }) => (rest -= span.high - span.low) <= 0) ?? null;
  }

  /** How many rows of the run stand at or before the key, by binary search within the bounds. */
  #countUpTo(run: Run, sortKey: SortKey, bounds: { readonly low: number; readonly high: number }): number {
    let { low, high } = bounds;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (isBefore(sortKey, this.#sortKeyAt(run, middle))) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #sortKeyAt(run: Run, rank: number): SortKey {
    const key = orderKey(run.times[positionAt(run, rank)]!, this.#order);
    return { key, id: rowAt(run, rank).task.id };
  }
}

function lengthOf({ positions, rows }: Run): number {
  return positions?.length ?? rows.length;
}

function positionAt({ positions }: Run, rank: number): number {
  return positions === null ? rank : positions[rank]!;
}

function rowAt(run: Run, rank: number): TaskRow {
  return run.rows[positionAt(run, rank)]!;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
