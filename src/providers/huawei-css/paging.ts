import type { ReadContext } from '@/model/provider.js';
import { runCooperatively } from '@/scheduling/cooperative.js';
import { keyRows, type KeyedRow } from '@/upstream/records/unique-rows.js';
import { walkOffsets, type WalkedOffsets } from '@/upstream/paging/offset-walk.js';
import type { UpstreamClient } from '@/upstream/upstream-client.js';
import { UpstreamError } from '@/upstream/upstream-error.js';
import { identifyRecord, parseList, type ListName } from './wire.js';

/** The most that a page may hold (CSS API reference, ListLogsJob). */
const PAGE_SIZE = 1000;
/** The largest start that the older API takes; the newer one knows no bound (CSS API reference, 2026-01). */
const FARTHEST_START = 1000;

/** `start` became `offset` in 2025-08; both are in use, and a backend may ignore the other name. */
type PositionName = 'offset' | 'start';

/** One list of a source. */
export interface CssList {
  readonly path: string;
  readonly name: ListName;
  readonly maxRows: number;
  /** What an error stands for with which the list is refused before any page was had. */
  readonly refusal?: (error: unknown) => unknown;
}

/** Reads the lists of one source, and remembers by which name its backend takes the position. */
export class CssPaging {
  #positionName: PositionName = 'offset';

  constructor(private readonly client: UpstreamClient) {}

  /** A list whole, or truncated where the backend serves no further position. Throws `UpstreamError`. */
  async walk(list: CssList, context: ReadContext): Promise<WalkedOffsets<unknown>> {
    const pages = new CssPages(list, (query) => this.client.getJson({ path: list.path, query }, context));
    const { rows, truncated } = await walkOffsets({
      readPage: async (start) => {
        const page = await pages.read(start, this.#positionName);
        this.#positionName = pages.positionName ?? this.#positionName;
        return page;
      },
      identify: ({ key }) => key,
      maxRows: list.maxRows,
      signal: context.signal,
    });
    return { rows: rows.map(({ row }) => row), truncated };
  }
}

type Query = Readonly<Record<string, number>>;
type Page = readonly KeyedRow<unknown>[];

/** The pages of one list while it is walked. */
class CssPages {
  /** The name that has brought another page than the first; null until one has. */
  positionName: PositionName | null = null;
  #firstPage: readonly string[] = [];
  #largestPage = 0;
  #wasFarthest = false;

  constructor(
    private readonly list: CssList,
    private readonly get: (query: Query) => Promise<unknown>,
  ) {}

  /** The first page goes without a position, so it is right whatever the name is. */
  async read(start: number, guess: PositionName): Promise<Page | 'unpaged' | null> {
    if (start === 0) {
      const page = await this.fetchFirst();
      this.#firstPage = page.map(({ key }) => key);
      return page;
    }
    const name = this.positionName ?? guess;
    const page = await this.tryAt(start, name);
    if (!(page instanceof UpstreamError) && !this.isFirstAgain(page)) return this.settle(name, page);
    return this.readByOtherName(start, name, page);
  }

  /** The name was refused or ignored. Where the other one does no better, that is how far this backend goes. */
  private async readByOtherName(
    start: number,
    name: PositionName,
    found: Page | UpstreamError,
  ): Promise<Page | 'unpaged' | null> {
    const other = name === 'offset' ? 'start' : 'offset';
    const page = await this.tryAt(start, other);
    if (!(page instanceof UpstreamError) && !this.isFirstAgain(page)) return this.settle(other, page);
    if (found instanceof UpstreamError) {
      if (start + 1 <= FARTHEST_START) throw found;
      return this.readFarthest();
    }
    const isIgnored = [found, page].every((answer) => this.isFirstPage(answer));
    return isIgnored ? this.readWithoutPosition() : found;
  }

  /** Neither name is heeded. If the limit is not either, the list is not paged at all, as before 2023. */
  private async readWithoutPosition(): Promise<'unpaged' | null> {
    const fewer = this.#firstPage.length - 1;
    if (fewer === 0) return 'unpaged';
    // As many as a page may hold: there may be more behind it.
    if (fewer + 1 === PAGE_SIZE) return null;
    return this.isFirstPage(await this.fetch({ limit: fewer })) ? 'unpaged' : null;
  }

  /** The rows from the farthest start on: the list's last ones, or, asked again, null where it may go on behind. */
  private async readFarthest(): Promise<Page | null> {
    if (this.positionName === null) return null;
    const page = await this.fetch({ limit: PAGE_SIZE, [this.positionName]: FARTHEST_START });
    const isCut = page.length === this.#largestPage;
    if (isCut && this.#wasFarthest) return null;
    this.#wasFarthest = true;
    return page;
  }

  private settle(name: PositionName, page: Page): Page {
    this.positionName = name;
    return page;
  }

  /**
   * The page at a position, counted from 1 on the wire; the error where the backend does not take it. A 400 that
   * has a meaning of its own (a cluster that is gone, a signature refused) is thrown.
   */
  private async tryAt(start: number, name: PositionName): Promise<Page | UpstreamError> {
    try {
      return await this.fetch({ limit: PAGE_SIZE, [name]: start + 1 });
    } catch (error) {
      if (error instanceof UpstreamError && isRefusal(error)) return error;
      throw error;
    }
  }

  private async fetchFirst(): Promise<Page> {
    try {
      return await this.fetch({ limit: PAGE_SIZE });
    } catch (error) {
      const isFirstCall = this.#largestPage === 0;
      throw (isFirstCall ? this.list.refusal?.(error) : undefined) ?? error;
    }
  }

  private async fetch(query: Query): Promise<Page> {
    const start = (query.offset ?? query.start ?? 1) - 1;
    const records = parseList(await this.get(query), this.list.name, start);
    // One more than what tells the walk that there are more than may be read.
    const page = await runCooperatively(keyRows(records, identifyRecord, this.list.maxRows + 2));
    this.#largestPage = Math.max(this.#largestPage, page.length);
    return page;
  }

  private isFirstAgain(page: Page): boolean {
    return page.some(({ key }) => key === this.#firstPage[0]);
  }

  private isFirstPage(page: Page | UpstreamError): boolean {
    if (page instanceof UpstreamError) return false;
    return page.length === this.#firstPage.length && page.every(({ key }, at) => key === this.#firstPage[at]);
  }
}

function isRefusal({ reason, status }: UpstreamError): boolean {
  return reason === 'UPSTREAM_ERROR' && status === 400;
}
