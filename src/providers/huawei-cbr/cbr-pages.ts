import type { KeyedRow } from '@/upstream/records/unique-rows.js';

type Page = readonly KeyedRow<unknown>[];
type Fetch = (limit: number, offset: number) => Promise<Page>;

/** The pages of one list of CBR while it is walked. */
export class CbrPages {
  #firstPage: readonly string[] = [];

  constructor(
    /** The most that a page may hold. */
    private readonly pageSize: number,
    private readonly fetch: Fetch,
  ) {}

  /** The records from a position on; `unpaged` where the upstream heeds neither offset nor limit. */
  async read(start: number): Promise<Page | 'unpaged'> {
    const page = await this.fetch(this.pageSize, start);
    if (start === 0) {
      this.#firstPage = page.map(({ key }) => key);
      return page;
    }
    return this.isFirstPage(page) && (await this.isUnpaged()) ? 'unpaged' : page;
  }

  /** Asked when a later position has brought the first page again: for fewer records, or, of one, far behind. */
  private async isUnpaged(): Promise<boolean> {
    // As many as a page may hold: there may be more behind it.
    if (this.#firstPage.length === this.pageSize) return false;
    const again =
      this.#firstPage.length === 1
        ? await this.fetch(this.pageSize, this.pageSize)
        : await this.fetch(this.#firstPage.length - 1, 0);
    return this.isFirstPage(again);
  }

  private isFirstPage(page: Page): boolean {
    const { length } = this.#firstPage;
    return length > 0 && page.length === length && page.every(({ key }, at) => key === this.#firstPage[at]);
  }
}
