import { overloaded } from './api-problem.js';

interface Waiting {
  readonly start: () => void;
  readonly patience: NodeJS.Timeout;
}

/** How long who comes waits, and how long where the line has not been empty for a while. */
export interface Patience {
  readonly usualMs: number;
  readonly standingMs: number;
}

/** For so long a line is a burst. */
const STANDING_AFTER_MS = 500;

/**
 * Places for long work on the event loop, which takes as many times longer as there is other work at once. Who finds none
 * waits, and who waited in vain is refused. While the line stands the last to come is the next to start, so that what is
 * done is done soon; a burst is worked off in the order in which it came.
 */
export class Places {
  readonly #line: Waiting[] = [];
  #free: number;
  /** When the line was last empty. */
  #emptyAtMs = 0;

  constructor(
    count: number,
    private readonly patience: Patience,
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
    const next = this.#isStanding() ? this.#line.pop() : this.#line.shift();
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    clearTimeout(next.patience);
    next.start();
  }

  #wait(): Promise<void> {
    const patienceMs = this.#patienceMs();
    return new Promise((start, refuse) => {
      const patience = setTimeout(() => {
        this.#line.splice(this.#line.indexOf(waiting), 1);
        refuse(overloaded());
      }, patienceMs);
      const waiting = { start, patience };
      this.#line.push(waiting);
    });
  }

  #patienceMs(): number {
    if (this.#line.length === 0) this.#emptyAtMs = performance.now();
    return this.#isStanding() ? this.patience.standingMs : this.patience.usualMs;
  }

  #isStanding(): boolean {
    return performance.now() - this.#emptyAtMs > STANDING_AFTER_MS;
  }
}
