import { signal, type ReadonlySignal } from '@preact/signals';
import { ApiError, ask } from './api.js';
import { keepLoaded } from './poll.js';
import { sessionKey } from './session-key.js';

/** The answer to a question of the API, kept up to date. The path may change; null asks nothing. */
export class LiveAnswer<T> {
  /** The newest answer; null before the first, and again for another key. */
  readonly data = signal<T | null>(null);
  readonly error = signal<ApiError | null>(null);
  /** True while the answer is that to another path than is asked for now. */
  readonly isOutdated = signal(false);
  /** When the newest answer came, by `performance.now()`. */
  readonly answeredAtMs = signal(0);
  #abort = new AbortController();

  /** `isConstant`: an answer that is there is not asked for again. */
  constructor(
    private readonly path: ReadonlySignal<string | null>,
    private readonly isConstant = false,
  ) {
    let asked = path.peek();
    keepLoaded(() => this.load());
    path.subscribe((wanted) => {
      if (wanted === asked) return;
      asked = wanted;
      this.isOutdated.value = true;
      void this.load();
    });
    // What one caller may see is not shown to another.
    sessionKey.subscribe(() => {
      this.data.value = null;
      this.error.value = null;
    });
  }

  /** Asks. An older question that has no answer yet is given up. */
  async load(): Promise<ApiError | null> {
    this.#abort.abort();
    const abort = (this.#abort = new AbortController());
    const path = this.path.peek();
    if (path === null) return this.#settle(null, null);
    if (this.isConstant && this.data.peek() !== null) return null;
    try {
      return this.#settle(await ask<T>(path, abort.signal), null);
    } catch (error) {
      if (abort.signal.aborted) return null;
      return this.#settle(null, error instanceof ApiError ? error : new ApiError(null, String(error)));
    }
  }

  /** After a failure that may pass, the last answer stays in view. */
  #settle(data: T | null, error: ApiError | null): ApiError | null {
    this.isOutdated.value = false;
    this.error.value = error;
    if (error?.isTemporary) return error;
    this.data.value = data;
    this.answeredAtMs.value = performance.now();
    return error;
  }
}
