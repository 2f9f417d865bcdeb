import { readJson } from '@/model/json-text.js';
import type { TaskRow } from '@/model/task.js';
import { indexInSteps, type Steps } from '@/scheduling/cooperative.js';

/** A row of a list, and what tells it from all others. */
export interface KeyedRow<Row> {
  readonly row: Row;
  readonly key: string;
}

const ROWS_A_STEP = 128;

/**
 * The first rows of a page, up to so many, each with its key; in steps. A row that a later page brings again is the same
 * row, whatever else changed about it. On one page nothing can have changed: rows of one key that differ there are
 * several, and get keys of their own.
 */
export function* keyRows<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  most: number,
): Steps<KeyedRow<Row>[]> {
  const keyed: KeyedRow<Row>[] = [];
  const duplicates = new Duplicates<Row>();
  for (const row of rows.slice(0, most)) {
    keyed.push({ row, key: duplicates.keyOf(keyOf(row), row) });
    if (keyed.length % ROWS_A_STEP === 0) yield;
  }
  return keyed;
}

/** Tells rows of one key from one another by what is in them. */
class Duplicates<Row> {
  readonly #first = new Map<string, Row>();
  /** By key, where it came more than once: the number of each content. */
  readonly #contents = new Map<string, Map<string, number>>();

  keyOf(key: string, row: Row): string {
    const first = this.#first.get(key);
    if (first === undefined) {
      this.#first.set(key, row);
      return key;
    }
    const contents = this.#contents.get(key) ?? new Map([[contentOf(first), 0]]);
    this.#contents.set(key, contents);
    const content = contentOf(row);
    const number = contents.get(content) ?? contents.size;
    contents.set(content, number);
    return number === 0 ? key : `${key}#${number}`;
  }
}

function contentOf(row: unknown): string {
  return JSON.stringify(readJson(row));
}

/** Each task once, where the first of its records stood; the last of several records with one id wins. */
export function* eachOnce(rows: readonly TaskRow[]): Steps<readonly TaskRow[]> {
  const once = yield* indexInSteps(rows, ({ task }) => task.id);
  return once.size === rows.length ? rows : [...once.values()];
}

/** Each record of a page once; such as have one key and differ are several. */
export function* eachRecordOnce(
  records: readonly unknown[],
  keyOf: (record: unknown) => string,
): Steps<readonly unknown[]> {
  const keyed = yield* keyRows(records, keyOf, records.length);
  const once = yield* indexInSteps(keyed, ({ key }) => key);
  return [...once.values()].map(({ row }) => row);
}
