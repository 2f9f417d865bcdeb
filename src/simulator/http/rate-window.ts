import type { RateLimit } from '../settings.js';

/** Where a client stands in the current window. */
export interface Quota {
  readonly limit: number;
  readonly remaining: number;
  readonly resetSeconds: number;
  readonly exceeded: boolean;
}

/** Counts calls in fixed windows of time. */
export class RateWindow {
  #startMs = Number.NEGATIVE_INFINITY;
  #calls = 0;

  /** Counts one call. */
  take(limit: RateLimit, nowMs: number): Quota {
    if (nowMs - this.#startMs >= limit.perMs) {
      this.#startMs = nowMs;
      this.#calls = 0;
    }
    this.#calls += 1;
    return {
      limit: limit.calls,
      remaining: Math.max(0, limit.calls - this.#calls),
      resetSeconds: Math.ceil((this.#startMs + limit.perMs - nowMs) / 1000),
      exceeded: this.#calls > limit.calls,
    };
  }
}
