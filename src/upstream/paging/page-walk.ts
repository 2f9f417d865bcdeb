import { runCooperatively, type Steps, visitInSteps } from '@/scheduling/cooperative.js';
import { keyRows, type KeyedRow } from '../records/unique-rows.js';
import { UpstreamError } from '../upstream-error.js';

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
 * - the pass before read the very same rows in the same order.
 *
 * Otherwise the list is read again, three times at most; after that the union of the passes is answered
 * as truncated. Not detectable: a removal and an arrival between the same two pages, as the total then stands
 * still, and a disturbance that repeats itself exactly in the next pass.
 *
 * Throws what `readPage` throws, and `UpstreamError` TIMEOUT once the signal is aborted.
 */
export async function walkPages<Row>(list: NumberedList<Row>): Promise<WalkedList<Row>> {
  const union = new Map<string, Row>();
  const totals = new Set<number | null>();
  let previous: Pass<Row> | null = null;
  for (let count = 1; count <= MOST_PASSES; count += 1) {
    const pass = await readPass(list);
    if (pass.rows.size > list.maxRows || pass.isCut) return cut(pass.rows, list.maxRows);
    await runCooperatively(visitInSteps(pass.rows, ([key, row]) => union.set(key, row)));
    pass.totals.forEach((total) => totals.add(total));
    if (pass.isVouchedFor) return whole(pass.rows);
    if (totals.size === 1 && totals.has(union.size) && union.size <= list.maxRows) return whole(union);
    if (previous?.equals(pass)) return { ...whole(pass.rows), truncated: pass.isStuck };
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
  const pass = new Pass<Row>();
  const most = list.maxRows + 1;
  for (let number = 1; pass.rows.size <= list.maxRows && !pass.isCut; number += 1) {
    if (list.signal.aborted) throw new UpstreamError('TIMEOUT');
    const page = await readPageOrEnd(list, number, pass);
    if (page === null) break;
    // Of a page of more rows than may be read, no more are looked at.
    pass.isCut = page.rows.length > most;
    const rows = await runCooperatively(keyRows(page.rows, list.identify, most));
    if (!(await runCooperatively(pass.take({ ...page, rows })))) break;
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

function isRefusal(error: unknown): boolean {
  return error instanceof UpstreamError && (error.status === 400 || error.status === 404);
}

/** One reading of the list from its first page on. */
class Pass<Row> {
  readonly rows = new Map<string, Row>();
  /** Every row total that was told, but for the empty page at the end: some upstreams count 0 there. */
  readonly totals = new Set<number | null>();
  /** True when a page had more rows than may be read. */
  isCut = false;
  #last: NumberedPage<unknown> | null = null;
  /** The rows of all pages, in the order served. */
  readonly #served: string[] = [];
  /** Pages that brought something new, and how many rows were on them. */
  #pages = 0;
  #received = 0;
  /** Pages in a row that brought only known rows. */
  #repeats = 0;
  #overlaps = false;

  /** Takes in the next page; false when the list has ended. */
  *take(page: NumberedPage<KeyedRow<Row>>): Steps<boolean> {
    if (page.rows.length === 0 && this.#last !== null) {
      this.#repeats = 0;
      return false;
    }
    this.#last = page;
    this.totals.add(page.totalRows);
    let known = 0;
    yield* visitInSteps(page.rows, ({ key }) => {
      this.#served.push(key);
      if (this.rows.has(key)) known += 1;
    });
    if (known === page.rows.length) return this.#takeKnown();
    this.#overlaps ||= known > 0 || this.#repeats > 0;
    this.#repeats = 0;
    this.#pages += 1;
    this.#received += page.rows.length;
    yield* visitInSteps(page.rows, ({ key, row }) => this.rows.set(key, row));
    return true;
  }

  /**
   * A page of known rows is the last page again, the page number ignored, or rows pushed back by arrivals.
   * The page after it tells them apart, where the totals do not.
   */
  #takeKnown(): boolean {
    if (this.#pages === 0) return false;
    this.#repeats += 1;
    return this.#repeats < 2 && !this.isAtClaimedEnd;
  }

  /** True when only the first page ever came: it may be all there is, or the page number is ignored. */
  get isStuck(): boolean {
    return this.#pages === 1 && this.#repeats > 0;
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
    if (this.#last === null) return false;
    const { totalRows, totalPages } = this.#last;
    return totalRows === null ? totalPages === this.#pages : totalRows === this.#received;
  }

  /** True when both were served the very same pages. */
  equals(other: Pass<Row>): boolean {
    return (
      this.#served.length === other.#served.length &&
      this.#served.every((key, index) => key === other.#served[index])
    );
  }
}
