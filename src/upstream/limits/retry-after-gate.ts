import type { Clock } from '@/model/clock.js';
import { diagnosisOf, type Diagnosis } from '@/model/diagnosis.js';
import { pause, throwIfAborted } from '../http/deadline.js';
import { UpstreamError } from '../upstream-error.js';

/** What an upstream asks for is waited out up to here; beyond it the call ends. */
export const LONGEST_WAIT_MS = 2_000;

/** The time that a source's upstream asked to be left alone for, by all calls of this process. */
export class SourceRest {
  /** By the monotonic clock. */
  #untilMs = Number.NEGATIVE_INFINITY;
  /** What the upstream asked for it with. */
  #asked: Diagnosis = diagnosisOf('THROTTLED');

  constructor(private readonly clock: Clock) {}

  /**
   * No call may go out for so long from now on. It never shortens a rest that is under way. `asked`: the failure by
   * which the upstream asked for it; absent where it told so on a success.
   */
  begin(restMs: number, asked: Diagnosis = diagnosisOf('THROTTLED')): void {
    if (restMs > this.remainingMs()) this.#asked = asked;
    this.#untilMs = Math.max(this.#untilMs, this.clock.monotonicMs() + restMs);
  }

  /** Zero when calls may go out. */
  remainingMs(): number {
    return Math.max(this.#untilMs - this.clock.monotonicMs(), 0);
  }

  /** Throws THROTTLED, with the time that remains, when that is more than a call waits for. */
  assertShort(): void {
    const remainingMs = this.remainingMs();
    if (remainingMs > LONGEST_WAIT_MS) throw new UpstreamError('THROTTLED', remainingMs, this.#asked);
  }

  /** Waits for the end of a short rest. Throws THROTTLED in a longer one, and TIMEOUT if aborted before. */
  async over(signal: AbortSignal): Promise<void> {
    for (;;) {
      throwIfAborted(signal);
      this.assertShort();
      const remainingMs = this.remainingMs();
      if (remainingMs === 0) return;
      await pause(remainingMs, signal);
    }
  }
}
