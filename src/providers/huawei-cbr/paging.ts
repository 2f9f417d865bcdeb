import { identifyRecord } from './wire.js';

/** The most that a page may hold (CBR API reference, ListOpLogs). */
const PAGE_SIZE = 1000;

type Fetch = (limit: number, offset: number) => Promise<readonly unknown[]>;

/** The pages of one operation log while it is walked. */
export class CbrPages {
  #firstPage = '';
  #firstLength = 0;

  constructor(private readonly fetch: Fetch) {}

  /** The records from a position on; `unpaged` where the upstream heeds neither offset nor limit. */
  async read(start: number): Promise<readonly unknown[] | 'unpaged'> {
    const page = await this.fetch(PAGE_SIZE, start);
    if (start === 0) {
      this.#firstPage = keysOf(page);
      this.#firstLength = page.length;
      return page;
    }
    return this.isFirstPage(page) && (await this.isUnpaged()) ? 'unpaged' : page;
  }

  /** Asked when a later position has brought the first page again: for fewer records, or, of one, far behind. */
  private async isUnpaged(): Promise<boolean> {
    // As many as a page may hold: there may be more behind it.
    if (this.#firstLength === PAGE_SIZE) return false;
    const again =
      this.#firstLength === 1
        ? await this.fetch(PAGE_SIZE, PAGE_SIZE)
        : await this.fetch(this.#firstLength - 1, 0);
    return this.isFirstPage(again);
  }

  private isFirstPage(page: readonly unknown[]): boolean {
    return page.length > 0 && keysOf(page) === this.#firstPage;
  }
}

function keysOf(page: readonly unknown[]): string {
  return page.map(identifyRecord).join('\n');
}
