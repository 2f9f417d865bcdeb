import type { ShedCause } from './sheds.js';
import { StandingQueue, type Turn } from './standing-queue.js';

/** Requests that wait for upstreams or are being answered, at most: they take memory. */
const MOST_IN_FLIGHT = 10_000;
/** How long requests are taken in each turn of the event loop, while there is more work than is done. */
const INTAKE_MS = 0.5;
/** After an idle time it is twice as much longer: what comes in batches is no overload. But it is never longer than this. */
const LONGEST_INTAKE_MS = 5;
/** An overload is over when for so long nothing had to be refused, or such a part of that time was idle. */
const CALM_MS = 100;
const CALM_IDLE_PART = 0.4;

/** How requests wait, once taken in, for work that takes long. */
export interface Line {
  /** True where more come than can be served. */
  readonly isOverrun: boolean;
  /** True where who comes now would wait for long. */
  readonly isLate: boolean;
}

const NO_REQUEST: Turn = { lastedMs: 0, answered: 0 };

/**
 * Decides which requests are taken in. All are, until the queue stands or the line is overrun: then each turn of the event
 * loop takes in what comes in half a millisecond (longer after an idle time), or nothing while the line is late, and the
 * rest is to be refused, until nothing is left to refuse.
 */
export class Admission {
  readonly #queue = new StandingQueue();
  #inFlight = 0;
  #isOverloaded = false;
  #hasRefused = false;
  /** When the first request of this turn of the event loop came. */
  #turnBeganMs: number | null = null;
  #answered = 0;
  #intakeMs = INTAKE_MS;
  readonly #idleBeforeTurn = new IdleTime();

  constructor(private readonly line: Line) {}

  /** Why a request that has come just now is better refused, if it may be. */
  judge(): ShedCause | null {
    const lastedMs = this.#turnMs();
    if (this.#inFlight >= MOST_IN_FLIGHT) return 'in-flight';
    if (!this.#isOverloaded && this.#isTooMuch(lastedMs)) this.#begin();
    if (!this.#isOverloaded || (lastedMs <= this.#intakeMs && !this.line.isLate)) return null;
    this.#hasRefused = true;
    return 'queue';
  }

  /** To be called for a request that is taken in. */
  enter(): void {
    this.#inFlight += 1;
  }

  /** To be called when a request that was taken in is over. */
  leave(): void {
    this.#inFlight -= 1;
    this.#answered += 1;
  }

  #isTooMuch(lastedMs: number): boolean {
    return this.#queue.isSeenIn({ lastedMs, answered: this.#answered }) || this.line.isOverrun;
  }

  #turnMs(): number {
    const nowMs = performance.now();
    if (this.#turnBeganMs !== null) return nowMs - this.#turnBeganMs;
    this.#turnBeganMs = nowMs;
    this.#answered = 0;
    if (this.#isOverloaded) {
      this.#intakeMs = Math.min(INTAKE_MS + 2 * this.#idleBeforeTurn.takeMs(), LONGEST_INTAKE_MS);
    }
    if (!this.#queue.isWatching) setImmediate(this.#endTurn);
    return 0;
  }

  /** While the queue is watched it runs in every turn, so that one without a request is noticed. */
  readonly #endTurn = (): void => {
    const beganMs = this.#turnBeganMs;
    this.#turnBeganMs = null;
    if (this.#isOverloaded) return;
    const turn =
      beganMs === null ? NO_REQUEST : { lastedMs: performance.now() - beganMs, answered: this.#answered };
    this.#queue.note(turn);
    if (this.#queue.isWatching) setImmediate(this.#endTurn);
  };

  #begin(): void {
    this.#isOverloaded = true;
    this.#queue.clear();
    this.#intakeMs = INTAKE_MS;
    this.#idleBeforeTurn.takeMs();
    const idle = new IdleTime();
    const timer = setInterval(() => {
      this.#isOverloaded = this.#hasRefused && idle.takeMs() < CALM_IDLE_PART * CALM_MS;
      this.#hasRefused = false;
      if (!this.#isOverloaded) clearInterval(timer);
    }, CALM_MS).unref();
  }
}

/** How long the event loop had nothing to do. */
class IdleTime {
  #takenMs = performance.eventLoopUtilization().idle;

  /** Milliseconds since this was asked before. */
  takeMs(): number {
    const idleMs = performance.eventLoopUtilization().idle;
    const sinceMs = idleMs - this.#takenMs;
    this.#takenMs = idleMs;
    return sinceMs;
  }
}
