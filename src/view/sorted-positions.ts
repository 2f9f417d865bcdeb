import type { TaskOrder } from '@/model/order.js';
import { sortInSteps } from '@/scheduling/sort-in-steps.js';
import type { Steps } from '@/scheduling/cooperative.js';
import type { TaskRow } from '@/model/task.js';
import { comeOf, type Edit } from './edit.js';

/** What an order compares: the rows, and by position the times of the order's field. */
export interface OrderedRows {
  readonly rows: readonly TaskRow[];
  readonly times: Float64Array;
}

/** A number that grows along the order. Tasks without the time come last. */
export function orderKey(time: number, order: TaskOrder): number {
  if (Number.isNaN(time)) return Infinity;
  return order.endsWith('asc') ? time : -time;
}

type Compare = (a: number, b: number) => number;

/** Compares positions of rows along the order. */
function comparePositionsAlong(order: TaskOrder, { rows, times }: OrderedRows): Compare {
  return (a, b) => {
    const [keyA, keyB] = [orderKey(times[a]!, order), orderKey(times[b]!, order)];
    if (keyA !== keyB) return keyA < keyB ? -1 : 1;
    const [idA, idB] = [rows[a]?.task.id ?? '', rows[b]?.task.id ?? ''];
    if (idA === idB) return a - b;
    return idA < idB ? -1 : 1;
  };
}

/** The positions of all rows, sorted along the order. Those of rows that stayed are taken over from `before`. */
export function* sortedPositions(
  edit: Edit,
  { order, times, before }: { order: TaskOrder; times: Float64Array; before: Uint32Array | null },
): Steps<Uint32Array> {
  const compare = comparePositionsAlong(order, { rows: edit.rows, times });
  const come = yield* sortInSteps([...comeOf(edit)], compare);
  const stayed = before === null ? new Uint32Array() : movedPositions(before, edit);
  return mergePositions(stayed, come, compare);
}

/** The positions of the rows that stayed, as they are after the edit. */
function movedPositions(before: Uint32Array, { since, kept }: Edit): Uint32Array {
  const GONE = 2 ** 32 - 1;
  const moved = new Uint32Array(since.length).fill(GONE);
  for (const { from, to, length } of kept) {
    for (let offset = 0; offset < length; offset += 1) moved[from + offset] = to + offset;
  }
  return before.map((position) => moved[position]!).filter((position) => position !== GONE);
}

function mergePositions(a: Uint32Array, b: readonly number[], compare: Compare): Uint32Array {
  const merged = new Uint32Array(a.length + b.length);
  let [atA, atB] = [0, 0];
  for (let index = 0; index < merged.length; index += 1) {
    const [fromA, fromB] = [a[atA], b[atB]];
    const isA = fromB === undefined || (fromA !== undefined && compare(fromA, fromB) < 0);
    merged[index] = (isA ? fromA : fromB)!;
    if (isA) atA += 1;
    else atB += 1;
  }
  return merged;
}
