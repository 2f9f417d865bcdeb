interface Waiting {
  readonly rung: Promise<null>;
  readonly ring: () => void;
}

/** Wakes those who wait for something to happen. */
export class Bell {
  #waiting = waiting();

  ring(): void {
    const { ring } = this.#waiting;
    this.#waiting = waiting();
    ring();
  }

  /** Resolves at the next ring. */
  get rings(): Promise<null> {
    return this.#waiting.rung;
  }

  /** Resolves at the next ring, after that time, or once stopped, whichever is first. */
  async ringsWithin(ms: number, stopped: AbortSignal): Promise<void> {
    if (stopped.aborted) return;
    const { rung, ring } = waiting();
    const timer = setTimeout(ring, ms);
    stopped.addEventListener('abort', ring, { once: true });
    await Promise.race([rung, this.rings]);
    clearTimeout(timer);
    stopped.removeEventListener('abort', ring);
  }
}

// Node 20 has no Promise.withResolvers.
function waiting(): Waiting {
  let ring = (): void => undefined;
  const rung = new Promise<null>((resolve) => {
    ring = () => {
      resolve(null);
    };
  });
  return { rung, ring };
}
