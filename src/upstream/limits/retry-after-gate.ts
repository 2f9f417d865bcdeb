import type { Clock } from '@/model/clock.js';
import { diagnosisOf, type Diagnosis } from '@/model/diagnosis.js';
import { pause, throwIfAborted } from '../http/deadline.js';
import { UpstreamError } from '../upstream-error.js';

/** What an upstream asks for is waited out up to here; beyond it the call ends. */
export const LONGEST_WAIT_MS = 2_000;

/** The time that a source's upstream asked to be left alone for, by all calls of this process. */
export class RetryAfterGate {
  /** By the monotonic clock. */
  #untilMs = Number.NEGATIVE_INFINITY;
  /** What the upstream asked for it with. */
  #asked: Diagnosis = diagnosisOf('THROTTLED');

  constructor(private readonly clock: Clock) {}

  /**
   * No call may go out for so long from now on. It never shortens a longer wait. `asked`: the failure by which the
   * upstream asked for it; absent if it asked on a success.
   */
  closeFor(waitMs: number, asked: Diagnosis = diagnosisOf('THROTTLED')): void {
    if (waitMs > this.remainingMs()) this.#asked = asked;
    this.#untilMs = Math.max(this.#untilMs, this.clock.monotonicMs() + waitMs);
  }

  /** Zero when calls may go out. */
  remainingMs(): number {
    return Math.max(this.#untilMs - this.clock.monotonicMs(), 0);
  }

  /** Throws THROTTLED, with the time that remains, when that is more than a call waits for. */
  assertOpensSoon(): void {
    const remainingMs = this.remainingMs();
    if (remainingMs > LONGEST_WAIT_MS) throw new UpstreamError('THROTTLED', remainingMs, this.#asked);
  }

  /** Resolves when calls may go out. Throws THROTTLED when that takes too long, and TIMEOUT if aborted before. */
  async untilOpen(signal: AbortSignal): Promise<void> {
    for (;;) {
      throwIfAborted(signal);
      this.assertOpensSoon();
      const remainingMs = this.remainingMs();
      if (remainingMs === 0) return;
      await pause(remainingMs, signal);
    }
  }
}
