import { runCooperatively, type Steps, visitInSteps } from '@/scheduling/cooperative.js';

/** A list paged by record offset and limit. */
export interface OffsetList<Row> {
  /**
   * The rows from the one at `start` (counted from 0) on, as many as the upstream gives at once; null where
   * the upstream does not serve that position at all; `unpaged` where it gives its whole list whatever is asked.
   */
  readonly readPage: (start: number) => Promise<readonly Row[] | 'unpaged' | null>;
  /** What tells a row from all others. */
  readonly identify: (row: Row) => string;
  readonly maxRows: number;
  readonly signal: AbortSignal;
}

export interface WalkedOffsets<Row> {
  /** Each row once, in the order of the list; of a row seen twice, the later form. */
  readonly rows: readonly Row[];
  /** True when there is, or may be, more than could be read. */
  readonly truncated: boolean;
}

/** Pages that may bring little or nothing before the walk gives up: the position may not be honoured. */
const PATIENCE = 16;
/** What a page that brings much gives back, up to where it began. */
const REWARD = 3;
/** Pages in a row without anything new after which the walk begins again from the first row. */
const STALLS_TO_RESTART = 3;

/**
 * Reads a list whole. No short page, total or count is taken for the end, because upstreams cap pages and
 * counts may be of the page: only a page shorter than others that holds nothing new is the end.
 *
 * Each page is asked for from a few rows before the end of what was read, so that it must begin with a known
 * row. If it does not, rows were removed meanwhile and others have moved up: the walk steps back until it
 * finds a known row again, so that no row that stays in the list is passed over.
 */
export async function walkOffsets<Row>(list: OffsetList<Row>): Promise<WalkedOffsets<Row>> {
  const walk = new OffsetWalk(list);
  await walk.run();
  return walk.result;
}

class OffsetWalk<Row> {
  readonly #rows = new Map<string, Row>();
  /** The index after the last row read, as far as is known. */
  #end = 0;
  #largestPage = 0;
  #overlap = 0;
  #stepBack = 0;
  #stalls = 0;
  #patience = PATIENCE;
  #truncated = false;

  constructor(private readonly list: OffsetList<Row>) {}

  get result(): WalkedOffsets<Row> {
    const { maxRows } = this.list;
    const rows = [...this.#rows.values()];
    return { rows: rows.slice(0, maxRows), truncated: this.#truncated || rows.length > maxRows };
  }

  async run(): Promise<void> {
    let isOver = false;
    while (!isOver) {
      this.list.signal.throwIfAborted();
      const start = Math.max(0, this.#end - this.#overlap - this.#stepBack);
      const page = await this.list.readPage(start);
      if (page === 'unpaged') return;
      this.#patience -= 1;
      isOver = page === null ? this.giveUp() : await runCooperatively(this.take(page, start));
      if (!isOver && this.#patience < 0) isOver = this.giveUp();
    }
  }

  /** Takes a page over; true when the walk is over. */
  private *take(page: readonly Row[], start: number): Steps<boolean> {
    if (!this.isAttached(page, start)) return this.loseGround(start);
    const added = yield* this.add(page);
    // Of a page of more rows than may be read, no more were looked at.
    if (page.length > this.list.maxRows + 1) return this.giveUp();
    this.#end = start + page.length;
    this.#stepBack = 0;
    // As long as the largest page, it may have been cut: then what lies behind it is not known.
    const isUncut = page.length === 0 || page.length < this.#largestPage;
    this.#largestPage = Math.max(this.#largestPage, page.length);
    // With pages of one row there is no room for an overlap.
    if (this.#largestPage > 1) this.#overlap = Math.max(this.#overlap, 1);
    if (this.#rows.size > this.list.maxRows) return true;
    return added > 0 ? this.goOn(added, page.length) : isUncut || this.stall();
  }

  /** True when nothing can lie between the page and what was read: it is the beginning, or it overlaps. */
  private isAttached([first]: readonly Row[], start: number): boolean {
    if (start === 0 || this.#overlap + this.#stepBack === 0) return true;
    return first !== undefined && this.#rows.has(this.list.identify(first));
  }

  private *add(page: readonly Row[]): Steps<number> {
    const before = this.#rows.size;
    const looked = page.slice(0, this.list.maxRows + 1);
    yield* visitInSteps(looked, (row) => this.#rows.set(this.list.identify(row), row));
    return this.#rows.size - before;
  }

  /**
   * Pages overlap by half at the most, so one that brings less than a quarter is a sign of something wrong. A page
   * shorter than others gives nothing back either: where rows keep arriving at the end, there is always one more.
   */
  private goOn(added: number, pageLength: number): false {
    this.#stalls = 0;
    const isFull = pageLength === this.#largestPage;
    if (isFull && added * 4 >= pageLength) this.#patience = Math.min(PATIENCE, this.#patience + REWARD);
    return false;
  }

  /** Rows arrive as fast as the walk goes on, or the position is not honoured. */
  private stall(): false {
    this.#stalls += 1;
    if (this.#stalls === STALLS_TO_RESTART) this.#end = 0;
    return false;
  }

  /** Rows were removed: steps back, further each time, and overlaps by more from now on. */
  private loseGround(start: number): false {
    const half = Math.max(1, Math.floor(this.#largestPage / 2));
    this.#overlap = Math.min(half, this.#overlap * 4);
    this.#stepBack = Math.max(half, this.#end - start);
    return false;
  }

  private giveUp(): true {
    this.#truncated = true;
    return true;
  }
}
