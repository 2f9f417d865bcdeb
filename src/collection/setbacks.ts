import type { Clock } from '@/model/clock.js';
import type { Failure } from '@/model/failure.js';
import type { Backoff } from '@/snapshots/snapshot-store.js';
import { FORGOTTEN_AFTER_MS, pauseAfter } from './pacing.js';

/** One failure may be a blip, and the next question may wait for another try after two, as long as they come soon. */
const FAILURES_TO_OPEN = 3;

/** What is known of reads that failed since the last one that succeeded, here or in another replica. */
export class Setbacks {
  #failure: Failure | null = null;
  #inARow = 0;
  #notBeforeMs = 0;
  #lastErrorMs: number | null = null;

  constructor(private readonly clock: Clock) {}

  /** The last failure; null once a read has succeeded. */
  get failure(): Failure | null {
    return this.#failure;
  }

  /** When a read last failed, whatever has happened since. */
  get lastErrorMs(): number | null {
    return this.#lastErrorMs;
  }

  /** Before that no read may start. */
  get notBeforeMs(): number {
    return this.#notBeforeMs;
  }

  /**
   * True after the third failure in a row, and after any that took all the time there is: nobody waits for it any more,
   * and it is probed with growing pauses.
   */
  get isOpen(): boolean {
    return this.#inARow >= FAILURES_TO_OPEN || this.#failure?.reason === 'TIMEOUT';
  }

  /** True while nobody is to wait for it. */
  get isShunned(): boolean {
    return this.isOpen && this.clock() < this.#notBeforeMs + FORGOTTEN_AFTER_MS;
  }

  get paused(): boolean {
    return this.clock() < this.#notBeforeMs;
  }

  /** Notes a read of this replica that failed. Answers what the others should know. */
  add(failure: Failure): Backoff {
    const now = this.clock();
    this.#failure = failure;
    this.#inARow += 1;
    this.#lastErrorMs = now;
    this.#notBeforeMs = now + pauseAfter(failure, this.#inARow);
    return {
      reason: failure.reason,
      diagnosis: failure.diagnosis,
      failuresInARow: this.#inARow,
      failedAtMs: now,
      notBeforeMs: this.#notBeforeMs,
    };
  }

  /** Takes over what another replica has met, unless something newer is known; answers whether it did. */
  adopt(
    { reason, diagnosis, failuresInARow, failedAtMs, notBeforeMs }: Backoff,
    lastSuccessMs: number | null,
  ): boolean {
    if (failedAtMs <= Math.max(this.#lastErrorMs ?? 0, lastSuccessMs ?? 0)) return false;
    this.#failure = { reason, retryAfterMs: null, diagnosis };
    this.#inARow = failuresInARow;
    // Told by another's clock, which may be ahead.
    this.#lastErrorMs = Math.min(failedAtMs, this.clock());
    this.#notBeforeMs = this.#lastErrorMs + (notBeforeMs - failedAtMs);
    return true;
  }

  /** The next read may start at once. */
  resume(): void {
    this.#notBeforeMs = 0;
  }

  clear(): void {
    this.#failure = null;
    this.#inARow = 0;
    this.#notBeforeMs = 0;
  }
}
