import { overloaded } from './api-problem.js';

interface Waiting {
  readonly start: () => void;
  readonly patience: NodeJS.Timeout;
}

/**
 * Places for long work on the event loop, which takes as many times longer as there is other work at once. Who finds none
 * waits; the last to come is the next to start, so that what is done is done soon, and who waited in vain is refused.
 */
export class Places {
  readonly #line: Waiting[] = [];
  #free: number;

  constructor(
    count: number,
    private readonly patienceMs: number,
  ) {
    this.#free = count;
  }

  /** What the work gives. Throws the problem `overloaded` when no place became free in time. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait();
    try {
      return await work();
    } finally {
      this.#passOn();
    }
  }

  #passOn(): void {
    const next = this.#line.pop();
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    clearTimeout(next.patience);
    next.start();
  }

  #wait(): Promise<void> {
    return new Promise((start, refuse) => {
      // All are equally patient, so it is the first in the line whose patience ends.
      const patience = setTimeout(() => {
        this.#line.shift();
        refuse(overloaded());
      }, this.patienceMs);
      this.#line.push({ start, patience });
    });
  }
}
