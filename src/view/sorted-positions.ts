import type { TaskOrder } from '@/model/order.js';
import { mergeRuns, sortInSteps, type Compare } from '@/scheduling/sort-in-steps.js';
import type { Steps } from '@/scheduling/cooperative.js';
import type { TaskRow } from '@/model/task.js';
import { addedPositions, type Edit } from './edit.js';

/** What an order compares: the rows, and by position the times of the order's field. */
interface OrderedRows {
  readonly rows: readonly TaskRow[];
  readonly times: Float64Array;
}

/** A number that grows along the order. Tasks without the time come last. */
export function orderKey(time: number, order: TaskOrder): number {
  if (Number.isNaN(time)) return Infinity;
  return order.endsWith('asc') ? time : -time;
}

/** Compares positions of rows along the order. */
function comparePositionsAlong(order: TaskOrder, { rows, times }: OrderedRows): Compare<number> {
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
  const added = yield* sortInSteps([...addedPositions(edit)], compare);
  const kept = before === null ? [] : [...movedPositions(before, edit)];
  return Uint32Array.from(yield* mergeRuns([kept, added], compare));
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
