import type { Clock } from '@/model/clock.js';
import type { Failure } from '@/model/failure.js';
import type { Backoff } from '@/snapshots/snapshot-store.js';
import { FORGOTTEN_AFTER_MS, pauseAfter } from './pacing.js';

/** One failure may be a blip, and the next question may wait for another try after two, as long as they come soon. */
const FAILURES_TO_OPEN = 3;
/** Two failures that are told as less apart are one: its time went through another clock and was rounded. */
const SAME_FAILURE_MS = 10;

/** What is known of reads that failed since the last one that succeeded, here or in another replica. */
export class Setbacks {
  #failure: Failure | null = null;
  #inARow = 0;
  #count = 0;
  /** By the monotonic clock. */
  #pausedUntilMs = Number.NEGATIVE_INFINITY;
  #failedMs = Number.NEGATIVE_INFINITY;
  #lastErrorMs: number | null = null;

  constructor(private readonly clock: Clock) {}

  /** The last failure; null once a read has succeeded. */
  get failure(): Failure | null {
    return this.#failure;
  }

  /** When a read last failed, whatever has happened since: epoch milliseconds, to be shown. */
  get lastErrorMs(): number | null {
    return this.#lastErrorMs;
  }

  /** The same by the monotonic clock. */
  get failedMs(): number {
    return this.#failedMs;
  }

  /** How many failures became known, whatever has happened since. */
  get count(): number {
    return this.#count;
  }

  /** For so long no read may start. */
  get pauseMs(): number {
    return Math.max(0, this.#pausedUntilMs - this.clock.monotonicMs());
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
    return this.isOpen && this.clock.monotonicMs() < this.#pausedUntilMs + FORGOTTEN_AFTER_MS;
  }

  get paused(): boolean {
    return this.pauseMs > 0;
  }

  /** Notes a read of this replica that failed. Answers what the others should know. */
  add(failure: Failure): Backoff {
    const failedAtMs = this.clock.wallMs();
    const pauseMs = pauseAfter(failure, this.#inARow + 1);
    this.note(failure, { inARow: this.#inARow + 1, agoMs: 0, pauseMs });
    return {
      reason: failure.reason,
      diagnosis: failure.diagnosis,
      failuresInARow: this.#inARow,
      failedAtMs,
      notBeforeMs: failedAtMs + pauseMs,
    };
  }

  /**
   * Takes over what another replica has met, unless something newer is known; answers whether it did. `lastSuccessMs` is
   * by the monotonic clock.
   */
  adopt(
    { reason, diagnosis, failuresInARow, failedAtMs, notBeforeMs }: Backoff,
    lastSuccessMs: number | null,
  ): boolean {
    // Told by another's clock, which may be ahead.
    const agoMs = Math.max(0, this.clock.wallMs() - failedAtMs);
    const failedMs = this.clock.monotonicMs() - agoMs;
    if (failedMs <= Math.max(this.#failedMs + SAME_FAILURE_MS, lastSuccessMs ?? Number.NEGATIVE_INFINITY)) {
      return false;
    }
    const pauseMs = notBeforeMs - failedAtMs;
    this.note({ reason, retryAfterMs: null, diagnosis }, { inARow: failuresInARow, agoMs, pauseMs });
    return true;
  }

  /** The next read may start at once. */
  resume(): void {
    this.#pausedUntilMs = Number.NEGATIVE_INFINITY;
  }

  clear(): void {
    this.#failure = null;
    this.#inARow = 0;
    this.resume();
  }

  private note(
    failure: Failure,
    { inARow, agoMs, pauseMs }: { inARow: number; agoMs: number; pauseMs: number },
  ): void {
    this.#failure = failure;
    this.#inARow = inARow;
    this.#count += 1;
    this.#lastErrorMs = this.clock.wallMs() - agoMs;
    this.#failedMs = this.clock.monotonicMs() - agoMs;
    this.#pausedUntilMs = this.#failedMs + pauseMs;
  }
}
