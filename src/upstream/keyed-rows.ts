import type { Steps } from '@/model/slices.js';

/** A row of a list, and what tells it from all others. */
export interface KeyedRow<Row> {
  readonly row: Row;
  readonly key: string;
}

const ROWS_A_STEP = 128;

/** The first rows of a page, up to so many, each with its key; in steps. */
export function* keyRows<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  most: number,
): Steps<KeyedRow<Row>[]> {
  const keyed: KeyedRow<Row>[] = [];
  for (const row of rows.slice(0, most)) {
    keyed.push({ row, key: keyOf(row) });
    if (keyed.length % ROWS_A_STEP === 0) yield;
  }
  return keyed;
}
