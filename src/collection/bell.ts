/** Wakes those who wait for something to happen. */
export class Bell {
  readonly #listeners = new Set<() => void>();

  ring(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  /** Called at each ring, until what this answers is called. */
  onRing(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves at the next ring, after that time, or once stopped, whichever is first. */
  ringsWithin(ms: number, stopped: AbortSignal): Promise<void> {
    if (stopped.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        stopped.removeEventListener('abort', end);
        leave();
        resolve();
      };
      const leave = this.onRing(end);
      const timer = setTimeout(end, ms);
      stopped.addEventListener('abort', end, { once: true });
    });
  }
}
