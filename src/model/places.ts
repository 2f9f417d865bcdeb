import { overloaded } from './api-problem.js';
import { StandingLine } from './standing-line.js';

interface Waiting {
  readonly start: () => void;
  readonly refuse: () => void;
  /** Since when it waits, on the clock of `performance.now`. */
  readonly sinceMs: number;
}

/** How long anybody waits, and how long where the line stands. */
export interface Patience {
  readonly usualMs: number;
  readonly standingMs: number;
}

/** The part that the latest work has in what work is expected to take. */
const LATEST_PART = 0.1;

/** How often who waited in vain is refused, and how many at a time: who asks again at once is to leave time for the work. */
const REFUSING_EVERY_MS = 10;
const MOST_REFUSED = 20;

/**
 * Places for long work on the event loop, which takes as many times longer as there is other work at once. Who finds none
 * waits, and who waited in vain is refused. The first to come is the next to start; where the line stands it is the last,
 * so that what is done is done soon.
 */
export class Places {
  readonly #waiting: Waiting[] = [];
  readonly #line = new StandingLine();
  #free: number;
  /** How long a place is held, on average. */
  #workMs = 0;
  #refusing: NodeJS.Timeout | null = null;

  constructor(
    private readonly count: number,
    private readonly patience: Patience,
  ) {
    this.#free = count;
  }

  /** What the work gives. Throws the problem `overloaded` when no place became free in time. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait();
    const beganMs = performance.now();
    try {
      return await work();
    } finally {
      this.#workMs += LATEST_PART * (performance.now() - beganMs - this.#workMs);
      this.#passOn();
    }
  }

  #passOn(): void {
    const next = this.#line.stands ? this.#waiting.pop() : this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next.start();
  }

  #wait(): Promise<void> {
    if (this.#waiting.length === 0) this.#line.begin();
    const sinceMs = performance.now();
    this.#refusing ??= setInterval(this.#refuseSome, REFUSING_EVERY_MS).unref();
    return new Promise((start, reject) => {
      const refuse = (): void => {
        reject(overloaded());
      };
      this.#waiting.push({ start, refuse, sinceMs });
    });
  }

  readonly #refuseSome = (): void => {
    const { length } = this.#waiting;
    this.#line.look(length, (length * this.#workMs) / this.count);
    const { usualMs, standingMs } = this.patience;
    const beforeMs = performance.now() - (this.#line.isImpatient ? standingMs : usualMs);
    for (let refused = 0; refused < MOST_REFUSED; refused += 1) {
      const [oldest] = this.#waiting;
      if (oldest === undefined || oldest.sinceMs > beforeMs) break;
      this.#waiting.shift();
      oldest.refuse();
      this.#line.noteRefusal();
    }
    if (this.#waiting.length > 0) return;
    clearInterval(this.#refusing ?? undefined);
    this.#refusing = null;
  };
}
