import { overloaded } from './api-problem.js';
import { StandingLine } from './standing-line.js';

interface Waiting {
  readonly start: () => void;
  readonly refuse: () => void;
  /** Since when it waits, on the clock of `performance.now`. */
  readonly sinceMs: number;
}

/** How long anybody waits, and how long at most where the line stands. */
export interface Patience {
  readonly usualMs: number;
  readonly standingMs: number;
}

/** Where the line stands, who waits for so many of its steps is refused, but nobody sooner than this. */
const MOST_STEPS = 3;
const LEAST_PATIENCE_MS = 20;

/** The part that the latest step of the line has in what a step is expected to take. */
const LATEST_PART = 0.1;

/** How often who waited in vain is refused, and how many at a time: who asks again at once is to leave time for the work. */
const REFUSING_EVERY_MS = 5;
const MOST_REFUSED = 50;

/**
 * Places for long work on the event loop, which takes as many times longer as there is other work at once. Who finds none
 * waits, and who waited in vain is refused. The first to come is the next to start; where the line stands it is the last,
 * so that what is done is done soon.
 */
export class Places {
  readonly #waiting: Waiting[] = [];
  readonly #line = new StandingLine();
  #free: number;
  /** How long it takes, on average, until the next in the line may begin; and when the last one did. */
  #stepMs = 0;
  #steppedAtMs = 0;
  #refusing: NodeJS.Timeout | null = null;

  constructor(
    count: number,
    private readonly patience: Patience,
  ) {
    this.#free = count;
  }

  /** True where more come than can be served: it is time to refuse some before they wait. */
  get isOverrun(): boolean {
    return this.#line.isImpatient && this.isLate;
  }

  /** True where who comes now would wait for longer than anybody does where the line stands; not while that is on trial. */
  get isLate(): boolean {
    return !this.#line.isOnTrial && this.#waiting.length * this.#stepMs > this.#standingPatienceMs;
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
    const next = this.#line.stands ? this.#waiting.pop() : this.#waiting.shift();
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    const nowMs = performance.now();
    this.#stepMs += LATEST_PART * (nowMs - this.#steppedAtMs - this.#stepMs);
    this.#steppedAtMs = nowMs;
    next.start();
  }

  #wait(): Promise<void> {
    const sinceMs = performance.now();
    if (this.#waiting.length === 0) {
      this.#line.begin();
      this.#steppedAtMs = sinceMs;
    }
    this.#refusing ??= setInterval(this.#refuseSome, REFUSING_EVERY_MS).unref();
    return new Promise((start, reject) => {
      const refuse = (): void => {
        reject(overloaded());
      };
      this.#waiting.push({ start, refuse, sinceMs });
    });
  }

  get #standingPatienceMs(): number {
    return Math.min(this.patience.standingMs, Math.max(MOST_STEPS * this.#stepMs, LEAST_PATIENCE_MS));
  }

  readonly #refuseSome = (): void => {
    const { length } = this.#waiting;
    this.#line.look(length, length * this.#stepMs);
    const patienceMs = this.#line.isImpatient ? this.#standingPatienceMs : this.patience.usualMs;
    const beforeMs = performance.now() - patienceMs;
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
