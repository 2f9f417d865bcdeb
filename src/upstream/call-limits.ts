import { setTimeout as pause } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { LimitFunction } from 'p-limit';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { CallRate, SourceConfig } from '@/model/source.js';
import { LONGEST_TIMER_MS, throwIfAborted, untilAborted } from './deadline.js';
import { UpstreamError } from './upstream-error.js';

/** Keeps a source's calls within its `concurrency` and `rate`. Every wait ends with the caller's signal. */
export class CallLimits {
  readonly #slots: LimitFunction;
  readonly #budget: RateLimiterMemory | null;

  constructor(source: Pick<SourceConfig, 'concurrency' | 'rate'>) {
    this.#slots = pLimit(source.concurrency);
    this.#budget = source.rate === null ? null : budgetOf(source.rate);
  }

  /** Runs work when a place is free. Work whose signal was aborted while it queued never starts. */
  run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const turn = this.#slots(() => {
      throwIfAborted(signal);
      return work();
    });
    return untilAborted(turn, signal);
  }

  /** Takes one call from the budget, waiting for the next window where this one is used up. */
  async spend(signal: AbortSignal): Promise<void> {
    for (;;) {
      throwIfAborted(signal);
      const waitMs = await this.#take();
      if (waitMs === 0) return;
      await pause(waitMs, undefined, { signal }).catch(() => {
        throw new UpstreamError('TIMEOUT');
      });
    }
  }

  /** Zero when the call may go, else how long until the next window. */
  async #take(): Promise<number> {
    try {
      await this.#budget?.consume('calls');
      return 0;
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      return Math.max(refusal.msBeforeNext, 1);
    }
  }
}

function budgetOf(rate: CallRate): RateLimiterMemory {
  return new RateLimiterMemory({
    points: rate.calls,
    duration: Math.min(rate.perMs, LONGEST_TIMER_MS) / 1000,
  });
}
