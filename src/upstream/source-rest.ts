import type { Clock } from '@/model/clock.js';
import { diagnosisOf, type Diagnosis } from '@/model/diagnosis.js';
import { pause, throwIfAborted } from './deadline.js';
import { UpstreamError } from './upstream-error.js';

/** What an upstream asks for is waited out up to here; beyond it the call ends. */
export const LONGEST_WAIT_MS = 2_000;

/** The time that a source's upstream asked to be left alone for, by all calls of this process. */
export class SourceRest {
  #sinceMs = 0;
  #untilMs = 0;
  /** What the upstream asked for it with. */
  #asked: Diagnosis = diagnosisOf('THROTTLED');

  constructor(private readonly clock: Clock) {}

  /**
   * No call may go out for so long from now on. It never shortens a rest that is under way. `asked`: the failure by
   * which the upstream asked for it; absent where it told so on a success.
   */
  begin(restMs: number, asked: Diagnosis = diagnosisOf('THROTTLED')): void {
    const nowMs = this.clock();
    if (restMs > this.remainingMs()) this.#asked = asked;
    this.#untilMs = nowMs + Math.max(restMs, this.remainingMs());
    this.#sinceMs = nowMs;
  }

  /** Zero when calls may go out. A clock that was set back ends the rest. */
  remainingMs(): number {
    const nowMs = this.clock();
    return nowMs < this.#sinceMs ? 0 : Math.max(this.#untilMs - nowMs, 0);
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
