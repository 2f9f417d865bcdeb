import { UpstreamError } from './upstream-error.js';

/** One page of a list that is paged by number. Totals are what the upstream claims; null where it claims none. */
export interface NumberedPage<Row> {
  readonly rows: readonly Row[];
  readonly totalRows: number | null;
  readonly totalPages: number | null;
}

/** A list that is paged by number and has no order to rely on. */
export interface NumberedList<Row> {
  /** Reads one page; the first is number 1. */
  readonly readPage: (page: number) => Promise<NumberedPage<Row>>;
  /** The same text for two rows exactly when they are the same record, whatever else changed about it. */
  readonly identify: (row: Row) => string;
  readonly maxRows: number;
  readonly signal: AbortSignal;
}

export interface WalkedList<Row> {
  /** Each record once, as last read; at most `maxRows`. */
  readonly rows: readonly Row[];
  /** True when there are more rows than `maxRows`, or when nothing vouches for these being all. */
  readonly truncated: boolean;
}

const MOST_PASSES = 3;

/**
 * Reads a whole list page by page until a page brings nothing, never trusting the page size or a total as
 * the end. Rows that come or go meanwhile shift the pages and may hide others, so a pass is believed only when
 *
 * - the upstream's row total stood still and equals the rows received, or
 * - the total stood still over all passes and together they found that many rows, or
 * - the pass before found the same rows.
 *
 * Otherwise the list is read again, three times at most; after that the union of the passes is answered
 * as truncated. Not detectable: a removal and an arrival between the same two pages, as the total then stands
 * still, and, where no total is told, a disturbance that repeats itself exactly in the next pass.
 *
 * Throws what `readPage` throws, and `UpstreamError` TIMEOUT once the signal is aborted.
 */
export async function walkPages<Row>(list: NumberedList<Row>): Promise<WalkedList<Row>> {
  const union = new Map<string, Row>();
  const totals = new Set<number | null>();
  let previous: Pass<Row> | null = null;
  for (let count = 1; count <= MOST_PASSES; count += 1) {
    const pass = await readPass(list);
    if (pass.rows.size > list.maxRows) return cut(pass.rows, list.maxRows);
    pass.rows.forEach((row, key) => union.set(key, row));
    pass.totals.forEach((total) => totals.add(total));
    if (pass.isVouchedFor) return whole(pass.rows);
    if (totals.size === 1 && totals.has(union.size) && union.size <= list.maxRows) return whole(union);
    if (previous?.found(pass)) return { ...whole(pass.rows), truncated: pass.isStuck };
    previous = pass;
  }
  return cut(union, list.maxRows);
}

function whole<Row>(rows: ReadonlyMap<string, Row>): WalkedList<Row> {
  return { rows: [...rows.values()], truncated: false };
}

function cut<Row>(rows: ReadonlyMap<string, Row>, maxRows: number): WalkedList<Row> {
  return { rows: [...rows.values()].slice(0, maxRows), truncated: true };
}

async function readPass<Row>(list: NumberedList<Row>): Promise<Pass<Row>> {
  const pass = new Pass(list.identify);
  for (let number = 1; pass.rows.size <= list.maxRows; number += 1) {
    if (list.signal.aborted) throw new UpstreamError('TIMEOUT');
    const page = await readPageOrEnd(list, number, pass);
    if (page === null || !pass.take(page)) break;
  }
  return pass;
}

/** The page, or null where the upstream calls a page behind the last one an error instead of empty. */
async function readPageOrEnd<Row>(
  list: NumberedList<Row>,
  number: number,
  pass: Pass<Row>,
): Promise<NumberedPage<Row> | null> {
  try {
    return await list.readPage(number);
  } catch (error) {
    if (pass.isAtClaimedEnd && isRefusal(error)) return null;
    throw error;
  }
}

/** A 400 has no reason of its own: it is an UPSTREAM_ERROR. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof UpstreamError && (error.reason === 'NOT_FOUND' || error.reason === 'UPSTREAM_ERROR')
  );
}

/** One reading of the list from its first page on. */
class Pass<Row> {
  readonly rows = new Map<string, Row>();
  /** Every row total that was told, but for the last, empty page: some upstreams count 0 there. */
  readonly totals = new Set<number | null>();
  /** True when page 2 was page 1 again: the upstream ignores the page number, or page 1 was the last. */
  isStuck = false;
  #lastPage: NumberedPage<Row> | null = null;
  #pages = 0;
  #received = 0;
  #overlaps = false;

  constructor(private readonly identify: (row: Row) => string) {}

  /** Takes in the next page; false when it brings nothing new, which ends the pass. */
  take(page: NumberedPage<Row>): boolean {
    const keys = page.rows.map(this.identify);
    const known = keys.filter((key) => this.rows.has(key)).length;
    if (this.#pages === 0 || keys.length > 0) this.totals.add(page.totalRows);
    if (this.#pages > 0 && known === keys.length) {
      this.isStuck = this.#pages === 1 && known > 0;
      return false;
    }
    keys.forEach((key, index) => this.rows.set(key, page.rows[index] as Row));
    this.#lastPage = page;
    this.#pages += 1;
    this.#received += keys.length;
    this.#overlaps ||= known > 0;
    return keys.length > 0;
  }

  /**
   * True when nothing can have moved: the total never changed and is what was received. (Not the number of
   * different rows: two rows that cannot be told apart count twice in the total.) One empty page is all there is.
   */
  get isVouchedFor(): boolean {
    if (this.#received === 0) return true;
    return this.totals.size === 1 && this.totals.has(this.#received) && !this.#overlaps;
  }

  /** True when by the last page's own totals there is no further page. */
  get isAtClaimedEnd(): boolean {
    if (this.#lastPage === null) return false;
    const { totalRows, totalPages } = this.#lastPage;
    return totalRows === null ? totalPages === this.#pages : totalRows === this.#received;
  }

  found(other: Pass<Row>): boolean {
    return this.rows.size === other.rows.size && [...other.rows.keys()].every((key) => this.rows.has(key));
  }
}
