import type { RowsChange } from '@/model/change.js';
import type { Steps } from '@/scheduling/cooperative.js';
import type { TaskRow } from '@/model/task.js';

/** Rows that stayed, one after the other: `length` of them, `from` a position in the rows before `to` one in those after. */
export interface KeptSpan {
  readonly from: number;
  readonly to: number;
  readonly length: number;
}

/** How a list of rows came from the one before. */
export interface Edit {
  readonly since: readonly TaskRow[];
  readonly rows: readonly TaskRow[];
  /** In the order of the rows, without overlap. All rows outside of them went or came. */
  readonly kept: readonly KeptSpan[];
}

/** The edit that makes rows of nothing. */
export function firstEdit(rows: readonly TaskRow[]): Edit {
  return { since: [], rows, kept: [] };
}

/** The edit that makes `rows` of those before. Costs a comparison of two pointers a row. */
export function editOf({ since, removed, changed }: RowsChange, rows: readonly TaskRow[]): Edit {
  const gone = new Set([...removed, ...changed.map(({ before }) => before)]);
  const kept: KeptSpan[] = [];
  let [from, to] = [0, 0];
  while (from < since.length && to < rows.length) {
    const length = sameFrom(since, from, rows, to);
    if (length > 0) kept.push({ from, to, length });
    from += length;
    to += length;
    const old = since[from];
    if (old !== undefined && gone.has(old)) from += 1;
    else to += 1;
  }
  return { since, rows, kept };
}

// Four positions and lists are what is compared.
// eslint-disable-next-line max-params
function sameFrom(a: readonly TaskRow[], fromA: number, b: readonly TaskRow[], fromB: number): number {
  let length = 0;
  while (fromA + length < a.length && a[fromA + length] === b[fromB + length]) length += 1;
  return length;
}

/** The positions, before the edit, of the rows that it removes or replaces. */
export function* removedPositions({ since, kept }: Edit): Generator<number> {
  let at = 0;
  for (const { from, length } of [...kept, { from: since.length, length: 0 }]) {
    for (; at < from; at += 1) yield at;
    at = from + length;
  }
}

/** The positions, after the edit, of the rows that it adds or puts in place of others. */
export function* addedPositions({ rows, kept }: Edit): Generator<number> {
  let at = 0;
  for (const { to, length } of [...kept, { to: rows.length, length: 0 }]) {
    for (; at < to; at += 1) yield at;
    at = to + length;
  }
}

/** Numbers, one for each row. */
export type Numbers = Float64Array | Uint32Array | Uint8Array;

const ROWS_A_STEP = 1024;

/**
 * Fills `after` with one number for each row after the edit: those of rows that stayed are copied from `before`, the
 * others are read from the row.
 */
export function* applyEdit<Some extends Numbers>(
  edit: Edit,
  { before, after }: { readonly before: Some; readonly after: Some },
  read: (row: TaskRow) => number,
): Steps<Some> {
  for (const { from, to, length } of edit.kept) after.set(before.subarray(from, from + length), to);
  let filled = 0;
  for (const position of addedPositions(edit)) {
    after[position] = read(edit.rows[position]!);
    filled += 1;
    if (filled % ROWS_A_STEP === 0) yield;
  }
  return after;
}
