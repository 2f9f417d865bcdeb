import type { Clock } from '@/model/clock.js';
import type { Failure } from '@/model/failure.js';
import type { Backoff } from '@/snapshots/snapshot-store.js';
import { pauseAfter } from './pacing.js';

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
      failuresInARow: this.#inARow,
      failedAtMs: now,
      notBeforeMs: this.#notBeforeMs,
    };
  }

  /** Takes over what another replica has met, unless something newer is known. */
  adopt({ reason, failuresInARow, failedAtMs, notBeforeMs }: Backoff, lastSuccessMs: number | null): void {
    if (failedAtMs <= Math.max(this.#lastErrorMs ?? 0, lastSuccessMs ?? 0)) return;
    this.#failure = { reason, retryAfterMs: null };
    this.#inARow = failuresInARow;
    this.#lastErrorMs = Math.min(failedAtMs, this.clock());
    this.#notBeforeMs = notBeforeMs;
  }

  clear(): void {
    this.#failure = null;
    this.#inARow = 0;
    this.#notBeforeMs = 0;
  }
}
