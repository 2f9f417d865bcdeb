import { overloaded } from './api-problem.js';

interface Waiting {
  readonly start: () => void;
  readonly refuse: () => void;
  /** When it has waited in vain, on the clock of `performance.now`. */
  readonly untilMs: number;
}

/** How long who comes waits, and how long where the line has not been empty for a while. */
export interface Patience {
  readonly usualMs: number;
  readonly standingMs: number;
}

/** For so long a line is a burst. */
const STANDING_AFTER_MS = 500;
/** So many are worked off in the order in which they came. */
const SHORT_LINE = 8;

/** How often who waited in vain is refused, and how many at a time: who asks again at once is to leave time for the work. */
const REFUSING_EVERY_MS = 10;
const MOST_REFUSED = 20;

/**
 * Places for long work on the event loop, which takes as many times longer as there is other work at once. Who finds none
 * waits, and who waited in vain is refused. Where the line is long or stands, the last to come is the next to start, so
 * that what is done is done soon.
 */
export class Places {
  readonly #line: Waiting[] = [];
  #free: number;
  /** When the line was last empty. */
  #emptyAtMs = 0;
  #refusing: NodeJS.Timeout | null = null;

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
    const isLong = this.#line.length > SHORT_LINE || this.#isStanding();
    const next = isLong ? this.#line.pop() : this.#line.shift();
    if (next === undefined) this.#free += 1;
    else next.start();
  }

  #wait(): Promise<void> {
    const nowMs = performance.now();
    if (this.#line.length === 0) this.#emptyAtMs = nowMs;
    const { usualMs, standingMs } = this.patience;
    const untilMs = nowMs + (this.#isStanding() ? standingMs : usualMs);
    this.#refusing ??= setInterval(this.#refuseSome, REFUSING_EVERY_MS).unref();
    return new Promise((start, reject) => {
      const refuse = (): void => {
        reject(overloaded());
      };
      this.#line.push({ start, refuse, untilMs });
    });
  }

  readonly #refuseSome = (): void => {
    const nowMs = performance.now();
    const late = this.#line.filter(({ untilMs }) => untilMs <= nowMs).slice(0, MOST_REFUSED);
    for (const waiting of late) {
      this.#line.splice(this.#line.indexOf(waiting), 1);
      waiting.refuse();
    }
    if (this.#line.length > 0) return;
    clearInterval(this.#refusing ?? undefined);
    this.#refusing = null;
  };

  #isStanding(): boolean {
    return performance.now() - this.#emptyAtMs > STANDING_AFTER_MS;
  }
}
