import { windowSpanMs, type CallBudget } from '@/model/call-budget.js';
import type { Clock } from '@/model/clock.js';
import type { CallRate } from '@/model/source.js';

/** Times that are over are cut off once there are so many. */
const MOST_PASSED = 1_000;

/** The calls of this process in a window that slides: in no stretch of `perMs` are there more than `calls`. */
export class CallWindow {
  /** When calls were taken, by the monotonic clock, oldest first; those before `#first` have left the window. */
  readonly #takenMs: number[] = [];
  #first = 0;
  readonly #spanMs: number;

  constructor(
    private readonly rate: CallRate,
    private readonly clock: Clock,
  ) {
    this.#spanMs = windowSpanMs(rate);
  }

  /** Takes one call: 0 when it may go, else the milliseconds until one may. */
  take(): number {
    const waitMs = this.waitMs();
    if (waitMs === 0) this.note();
    return waitMs;
  }

  /** Counts a call that was allowed elsewhere. */
  note(): void {
    this.#takenMs.push(this.clock.monotonicMs());
  }

  budget(): CallBudget {
    this.slide();
    const used = this.#takenMs.length - this.#first;
    const oldestMs = this.#takenMs[this.#first];
    const resetMs = oldestMs === undefined ? null : Math.max(this.waitMs(), this.leavesInMs(oldestMs));
    return {
      ...this.rate,
      remaining: Math.max(this.rate.calls - used, 0),
      resetTimeMs: resetMs === null ? null : this.clock.wallMs() + resetMs,
    };
  }

  private waitMs(): number {
    this.slide();
    const blocking = this.#takenMs[Math.max(this.#first, this.#takenMs.length - this.rate.calls)];
    const isFull = this.#takenMs.length - this.#first >= this.rate.calls;
    return blocking !== undefined && isFull ? this.leavesInMs(blocking) : 0;
  }

  private leavesInMs(takenMs: number): number {
    return Math.max(1, Math.ceil(takenMs + this.#spanMs - this.clock.monotonicMs()));
  }

  private slide(): void {
    const beganMs = this.clock.monotonicMs() - this.#spanMs;
    while ((this.#takenMs[this.#first] ?? Infinity) <= beganMs) this.#first += 1;
    if (this.#first < MOST_PASSED) return;
    this.#takenMs.splice(0, this.#first);
    this.#first = 0;
  }
}
