/** Notifies everyone who waits for a change. */
export class Signal {
  readonly #listeners = new Set<() => void>();

  notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  /** Calls the listener at each notification. Answers the function that ends this. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves at the next notification, after `timeoutMs`, or once `stopped` is aborted, whichever comes first. */
  wait(timeoutMs: number, stopped: AbortSignal): Promise<void> {
    if (stopped.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        stopped.removeEventListener('abort', end);
        unsubscribe();
        resolve();
      };
      const unsubscribe = this.subscribe(end);
      const timer = setTimeout(end, timeoutMs);
      stopped.addEventListener('abort', end, { once: true });
    });
  }
}
