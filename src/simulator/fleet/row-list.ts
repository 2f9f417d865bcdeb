import { hashText } from './random.js';

export type RowOrder = 'newest-first' | 'oldest-first' | 'shuffled';

/** One row of a feed: a record to be written in the upstream's way, or an object to be served as it is. */
export type Row<R> = RecordRow<R> | VerbatimRow;

export interface RecordRow<R> {
  readonly kind: 'record';
  readonly record: R;
  readonly createdMs: number;
  /** Its place in the shuffled order. */
  readonly rank: number;
}

export interface VerbatimRow {
  readonly kind: 'verbatim';
  readonly wire: unknown;
  readonly createdMs: number;
  readonly rank: number;
}

/**
 * The rows of one feed. Records may be changed in place; only their creation time, by which they are
 * ordered, is read once, when they are added.
 */
export class RowList<R extends object> {
  // Both stay nearly sorted as rows come and go, so that sorting them again before a page costs little.
  #byAge: Row<R>[] = [];
  #byRank: Row<R>[] = [];
  #added = 0;
  #newestMs = 0;
  readonly #orders = new Map<RowOrder, readonly Row<R>[]>();

  constructor(private readonly createdMsOf: (record: R) => number) {}

  get size(): number {
    return this.#byAge.length;
  }

  /** The records, newest first, without the verbatim rows. */
  get records(): R[] {
    const records: R[] = [];
    for (const row of this.inOrder('newest-first')) if (row.kind === 'record') records.push(row.record);
    return records;
  }

  add(...records: readonly R[]): void {
    for (const record of records) {
      this.#push({ kind: 'record', record, createdMs: this.createdMsOf(record), rank: this.#nextRank() });
    }
  }

  /** Adds any JSON value that is served exactly as given; it counts as the newest unless a time is told. */
  addVerbatim(wire: unknown, createdMs?: number): void {
    this.#push({
      kind: 'verbatim',
      wire,
      createdMs: createdMs ?? this.#newestMs + 1,
      rank: this.#nextRank(),
    });
  }

  /** Removes the records that match and tells how many there were. */
  remove(matches: (record: R) => boolean): number {
    return this.#keep((row) => !(row.kind === 'record' && matches(row.record)));
  }

  /** Removes rows by their places in an order. */
  removeAt(order: RowOrder, places: ReadonlySet<number>): number {
    const gone = new Set(this.inOrder(order).filter((_, place) => places.has(place)));
    return this.#keep((row) => !gone.has(row));
  }

  clear(): void {
    this.#keep(() => false);
  }

  /** All rows in an order; of rows created at the same time the one added later counts as newer. */
  inOrder(order: RowOrder): readonly Row<R>[] {
    const known = this.#orders.get(order);
    if (known !== undefined) return known;
    const rows = this.#arrange(order);
    this.#orders.set(order, rows);
    return rows;
  }

  #arrange(order: RowOrder): readonly Row<R>[] {
    if (order === 'shuffled') return [...this.#byRank.sort((a, b) => a.rank - b.rank)];
    this.#byAge.sort((a, b) => a.createdMs - b.createdMs);
    return order === 'newest-first' ? this.#byAge.toReversed() : [...this.#byAge];
  }

  #push(row: Row<R>): void {
    this.#byAge.push(row);
    this.#byRank.push(row);
    this.#newestMs = Math.max(this.#newestMs, row.createdMs);
    this.#orders.clear();
  }

  #keep(stays: (row: Row<R>) => boolean): number {
    const before = this.size;
    this.#byAge = this.#byAge.filter(stays);
    this.#byRank = this.#byRank.filter(stays);
    this.#orders.clear();
    return before - this.size;
  }

  #nextRank(): number {
    this.#added += 1;
    return hashText(`rank ${this.#added}`);
  }
}
