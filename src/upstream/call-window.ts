import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { CallBudget } from '@/model/call-budget.js';
import type { Clock } from '@/model/clock.js';
import type { CallRate } from '@/model/source.js';
import { LONGEST_TIMER_MS } from '@/model/time-limit.js';

const KEY = 'calls';

/** The calls of this process in fixed windows; a window begins with its first call. */
export class CallWindow {
  readonly #window: RateLimiterMemory;

  constructor(
    private readonly rate: CallRate,
    private readonly clock: Clock,
  ) {
    const duration = Math.min(rate.perMs, LONGEST_TIMER_MS) / 1000;
    this.#window = new RateLimiterMemory({ points: rate.calls, duration });
  }

  /** Takes one call: 0 when it may go, else the milliseconds until the next window. */
  async take(): Promise<number> {
    try {
      await this.#window.consume(KEY);
      return 0;
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      return Math.max(refusal.msBeforeNext, 1);
    }
  }

  /** Counts a call that was allowed elsewhere. */
  async note(): Promise<void> {
    await this.#window.penalty(KEY);
  }

  async budget(): Promise<CallBudget> {
    const window = await this.#window.get(KEY);
    if (window === null) return { ...this.rate, remaining: this.rate.calls, resetTimeMs: null };
    const remaining = Math.max(this.rate.calls - window.consumedPoints, 0);
    return { ...this.rate, remaining, resetTimeMs: this.clock.wallMs() + window.msBeforeNext };
  }
}
