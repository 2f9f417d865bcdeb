import type { ReadContext } from '@/model/provider.js';
import { walkOffsets, type WalkedOffsets } from '@/upstream/offset-walk.js';
import type { UpstreamClient } from '@/upstream/upstream-client.js';
import { UpstreamError } from '@/upstream/upstream-error.js';
import { identifyRecord, parseList, type ListName } from './wire.js';

/** The most that a page may hold (CSS API reference, ListLogsJob). */
const LIMIT = 1000;
/** The largest start that the older API takes; the newer one knows no bound (CSS API reference, 2026-01). */
const FARTHEST_START = 1000;

/** `start` became `offset` in 2025-08; both are in use, and a backend may ignore the other name. */
type PositionName = 'offset' | 'start';

/** One list of a source. */
export interface CssList {
  readonly path: string;
  readonly name: ListName;
  readonly maxRows: number;
}

/** Reads the lists of one source, and remembers by which name its backend takes the position. */
export class CssPaging {
  #positionName: PositionName = 'offset';

  constructor(private readonly client: UpstreamClient) {}

  /** A list whole, or truncated where the backend serves no further position. Throws `UpstreamError`. */
  walk(list: CssList, context: ReadContext): Promise<WalkedOffsets<unknown>> {
    const pages = new CssPages(list, (query) => this.client.getJson({ path: list.path, query }, context));
    return walkOffsets({
      readPage: async (start) => {
        const page = await pages.read(start, this.#positionName);
        this.#positionName = pages.positionName ?? this.#positionName;
        return page;
      },
      identify: identifyRecord,
      maxRows: list.maxRows,
      signal: context.signal,
    });
  }
}

type Query = Readonly<Record<string, number>>;

/** The pages of one list while it is walked. */
class CssPages {
  /** The name that has brought another page than the first; null until one has. */
  positionName: PositionName | null = null;
  #first: string | null = null;

  constructor(
    private readonly list: CssList,
    private readonly get: (query: Query) => Promise<unknown>,
  ) {}

  /** The first page goes without a position, so it is right whatever the name is. */
  async read(start: number, guess: PositionName): Promise<readonly unknown[] | null> {
    if (start === 0) {
      const page = await this.fetch({ limit: LIMIT });
      this.#first = page[0] === undefined ? null : identifyRecord(page[0]);
      return page;
    }
    const name = this.positionName ?? guess;
    const page = await this.tryAt(start, name);
    if (!(page instanceof UpstreamError) && !this.isFirstAgain(page)) return this.settle(name, page);
    return this.readByOtherName(start, name, page);
  }

  /** The name was refused or ignored. If the other one does no better, there is no way to that position. */
  private async readByOtherName(
    start: number,
    name: PositionName,
    found: readonly unknown[] | UpstreamError,
  ): Promise<readonly unknown[] | null> {
    const other = name === 'offset' ? 'start' : 'offset';
    const page = await this.tryAt(start, other);
    if (!(page instanceof UpstreamError) && !this.isFirstAgain(page)) return this.settle(other, page);
    if (!(found instanceof UpstreamError)) return found;
    if (start + 1 > FARTHEST_START) return null;
    throw found;
  }

  private settle(name: PositionName, page: readonly unknown[]): readonly unknown[] {
    this.positionName = name;
    return page;
  }

  /** The page at a position, counted from 1 on the wire; the error where the backend does not take it. */
  private async tryAt(start: number, name: PositionName): Promise<readonly unknown[] | UpstreamError> {
    try {
      return await this.fetch({ limit: LIMIT, [name]: start + 1 });
    } catch (error) {
      if (error instanceof UpstreamError && error.status === 400) return error;
      throw error;
    }
  }

  private async fetch(query: Query): Promise<readonly unknown[]> {
    return parseList(await this.get(query), this.list.name);
  }

  private isFirstAgain(page: readonly unknown[]): boolean {
    return page.some((record) => identifyRecord(record) === this.#first);
  }
}
