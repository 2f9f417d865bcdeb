/** Wakes those who wait for something to happen. */
export class Bell {
  #waiting = Promise.withResolvers<null>();

  ring(): void {
    const { resolve } = this.#waiting;
    this.#waiting = Promise.withResolvers<null>();
    resolve(null);
  }

  /** Resolves at the next ring. */
  get rings(): Promise<null> {
    return this.#waiting.promise;
  }

  /** Resolves at the next ring, after that time, or once stopped, whichever is first. */
  async ringsWithin(ms: number, stopped: AbortSignal): Promise<void> {
    if (stopped.aborted) return;
    const { promise, resolve } = Promise.withResolvers<null>();
    const timer = setTimeout(resolve, ms, null);
    const onStop = (): void => {
      resolve(null);
    };
    stopped.addEventListener('abort', onStop, { once: true });
    await Promise.race([promise, this.rings]);
    clearTimeout(timer);
    stopped.removeEventListener('abort', onStop);
  }
}
