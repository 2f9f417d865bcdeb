import { pause } from '../http/deadline.js';
import { PassingFailure } from './passing-failure.js';
import type { RetryBudget } from './retry-budget.js';
import { LONGEST_WAIT_MS } from '../limits/retry-after-gate.js';
import type { UpstreamObserver } from '../upstream-observer.js';

/** The longest pause before each retry of a call; there are no more retries than these. */
const LONGEST_PAUSES_MS = [100, 200] as const;

export interface CallRetriesDependencies {
  readonly source: string;
  readonly budget: RetryBudget;
  readonly observer: UpstreamObserver;
  /** From 0 up to, but not including, 1. */
  readonly random: () => number;
}

/** Repeats a source's calls where that helps, as often as its budget allows. */
export class CallRetries {
  constructor(private readonly parts: CallRetriesDependencies) {}

  /**
   * Makes a call, and again after a PassingFailure: after a random pause, or what the upstream asked for where
   * that is longer. What asks for more than two seconds is thrown at once. Pauses end with the signal (TIMEOUT).
   */
  async run<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
    const { source, budget, observer, random } = this.parts;
    budget.noteFirstTry();
    for (const longestPauseMs of LONGEST_PAUSES_MS) {
      try {
        return await call();
      } catch (error) {
        if (!isWorthRetrying(error) || !budget.take()) throw error;
        await pause(Math.max(random() * longestPauseMs, error.retryAfterMs ?? 0), signal);
        observer.callRetried({ source, reason: error.reason });
      }
    }
    return call();
  }
}

function isWorthRetrying(error: unknown): error is PassingFailure {
  return error instanceof PassingFailure && (error.retryAfterMs ?? 0) <= LONGEST_WAIT_MS;
}
