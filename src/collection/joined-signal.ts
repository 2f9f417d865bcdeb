import { setMaxListeners } from 'node:events';

/**
 * A signal that is aborted with the first of several. `AbortSignal.any` would do, but on Node 20 it leaves an entry with
 * each of them for ever, and the one that stops the process outlives all reads.
 */
export class JoinedSignal {
  readonly #controller = new AbortController();

  constructor(private readonly signals: readonly AbortSignal[]) {
    // Each page that is asked for, or waits to be, listens for its end.
    setMaxListeners(0, this.signal);
    for (const signal of signals) signal.addEventListener('abort', this.abort, { once: true });
    if (signals.some(({ aborted }) => aborted)) this.abort();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  readonly abort = (): void => {
    this.#controller.abort();
  };

  /** Leaves nothing with the signals. */
  release(): void {
    for (const signal of this.signals) signal.removeEventListener('abort', this.abort);
  }
}
