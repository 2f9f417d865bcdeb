import { signal, type ReadonlySignal } from '@preact/signals';
import type { Resource, ResourcePage } from '../pure/api-types.js';
import { ApiError, ask } from './api.js';
import { keepLoaded } from './poll.js';
import { sessionKey } from './session-key.js';

/** The first page is small, so that it is soon there. */
const FIRST_PAGE = 100;
const NEXT_PAGE = 500;

/** The resources that match, read page by page as far as the reader has scrolled. All are judged at one moment. */
export class ResourceWalk {
  readonly rows = signal<readonly Resource[]>([]);
  readonly totalSize = signal<number | null>(null);
  readonly asOf = signal<string | null>(null);
  readonly error = signal<ApiError | null>(null);
  /** How many rows the reader has come to need. */
  #needed = 0;
  #token = '';
  /** Ends the walk: another one has begun. */
  #abort = new AbortController();
  #walking: AbortController | null = null;

  constructor(private readonly query: ReadonlySignal<string>) {
    let asked = query.peek();
    keepLoaded(() => this.#refresh());
    query.subscribe((wanted) => {
      if (wanted === asked) return;
      asked = wanted;
      this.#needed = 0;
      void this.#restart();
    });
    // What one caller may see is not shown to another.
    sessionKey.subscribe(() => {
      this.#abort.abort();
      this.#needed = 0;
      this.rows.value = [];
      this.totalSize.value = null;
      this.error.value = null;
    });
  }

  /** Reads on until so many rows are there. */
  need(count: number): void {
    this.#needed = count;
    void this.#walkOn();
  }

  /** Further down, rows stay as they were judged: they must not move while they are read. */
  async #refresh(): Promise<ApiError | null> {
    const isAtTop = this.#needed <= FIRST_PAGE;
    const isTokenRefused = this.error.peek()?.status === 400;
    const isCut = this.#token === '' && this.rows.peek().length < (this.totalSize.peek() ?? Infinity);
    if (isAtTop || isTokenRefused || isCut) return this.#restart();
    await this.#walkOn();
    return this.error.peek();
  }

  async #restart(): Promise<ApiError | null> {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#token = '';
    const page = await this.#ask(`pageSize=${FIRST_PAGE}`);
    if (page !== null) {
      this.rows.value = page.resources;
      this.#take(page);
      await this.#walkOn();
    }
    return this.error.peek();
  }

  async #walkOn(): Promise<void> {
    const walk = this.#abort;
    if (this.#walking === walk) return;
    this.#walking = walk;
    while (walk === this.#abort && this.#token !== '' && this.rows.peek().length < this.#needed) {
      const page = await this.#ask(`pageSize=${NEXT_PAGE}&pageToken=${encodeURIComponent(this.#token)}`);
      if (page === null) break;
      this.rows.value = [...this.rows.peek(), ...page.resources];
      this.#take(page);
    }
    if (this.#walking === walk) this.#walking = null;
  }

  #take({ nextPageToken, totalSize, asOf }: ResourcePage): void {
    this.#token = nextPageToken;
    this.totalSize.value = totalSize;
    this.asOf.value = asOf;
  }

  /** A page; null where it did not come, or is no longer wanted. */
  async #ask(paging: string): Promise<ResourcePage | null> {
    const { signal: aborted } = this.#abort;
    try {
      const page = await ask<ResourcePage>(`v1/resources?${this.query.peek()}&${paging}`, aborted);
      if (aborted.aborted) return null;
      this.error.value = null;
      return page;
    } catch (error) {
      if (aborted.aborted) return null;
      this.error.value = error instanceof ApiError ? error : new ApiError(null, String(error));
      return null;
    }
  }
}
