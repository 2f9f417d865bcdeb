import type { ShedCause } from './sheds.js';
import { StandingQueue, type Turn } from './standing-queue.js';

/** Requests that wait for upstreams or are being answered, at most: they take memory. */
const MOST_IN_FLIGHT = 10_000;
/** How long requests are taken in each turn of the event loop, while there is more work than is done. */
const INTAKE_MS = 1;
/** An overload is over when for so long nothing had to be refused. */
const CALM_MS = 100;

const NO_REQUEST: Turn = { lastedMs: 0, answered: 0 };

/**
 * Decides which requests are taken in. All are, until the queue stands: then each turn of the event loop takes in what it
 * can do in a millisecond, and the rest is to be refused, until nothing is left to refuse.
 */
export class Admission {
  readonly #queue = new StandingQueue();
  #inFlight = 0;
  #isOverloaded = false;
  #hasRefused = false;
  /** When the first request of this turn of the event loop came. */
  #turnBeganMs: number | null = null;
  #answered = 0;

  /** Why a request that has come just now is better refused, if it may be. */
  judge(): ShedCause | null {
    const lastedMs = this.#turnMs();
    if (this.#inFlight >= MOST_IN_FLIGHT) return 'in-flight';
    if (!this.#isOverloaded && this.#queue.isSeenIn({ lastedMs, answered: this.#answered })) this.#begin();
    if (!this.#isOverloaded || lastedMs <= INTAKE_MS) return null;
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

  #turnMs(): number {
    const nowMs = performance.now();
    if (this.#turnBeganMs !== null) return nowMs - this.#turnBeganMs;
    this.#turnBeganMs = nowMs;
    this.#answered = 0;
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
    const timer = setInterval(() => {
      this.#isOverloaded = this.#hasRefused;
      this.#hasRefused = false;
      if (!this.#isOverloaded) clearInterval(timer);
    }, CALM_MS).unref();
  }
}
