/** Requests usually wait no longer: 50 clients that ask again at once keep 5 to 15 ms of cached pages waiting. */
export const TARGET_WAIT_MS = 20;

/** A burst, and the backlog of a pause, are worked off sooner. */
const INTERVAL_MS = 500;

/**
 * Tells overload from a burst as CoDel does (RFC 8289): by how long requests wait, not by how many. Overload begins when
 * the wait has been above the target for a whole interval, and ends when it has not been above for a whole interval.
 */
export class OverloadDetector {
  #isOverloaded = false;
  /** The first and the last moment of the time for which the wait has been above the target. */
  #firstAboveMs = 0;
  #lastAboveMs = Number.NEGATIVE_INFINITY;

  /** To be called in each turn of the event loop in which requests wait, with how long the oldest has been waiting. */
  isOverloaded(nowMs: number, oldestWaitMs: number): boolean {
    if (nowMs - this.#lastAboveMs >= INTERVAL_MS) this.#isOverloaded = false;
    if (oldestWaitMs > TARGET_WAIT_MS) this.#noteAbove(nowMs);
    else if (!this.#isOverloaded) this.#lastAboveMs = Number.NEGATIVE_INFINITY;
    return this.#isOverloaded;
  }

  #noteAbove(nowMs: number): void {
    if (nowMs - this.#lastAboveMs >= INTERVAL_MS) this.#firstAboveMs = nowMs;
    this.#lastAboveMs = nowMs;
    this.#isOverloaded ||= nowMs - this.#firstAboveMs >= INTERVAL_MS;
  }
}
