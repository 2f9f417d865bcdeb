import { pause } from './http/deadline.js';
import { LONGEST_WAIT_MS } from './limits/retry-after-gate.js';
import { UpstreamError } from './upstream-error.js';
import type { UpstreamObserver } from './upstream-observer.js';

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

/** Answers of a gateway or a server that may be well a moment later. */
const PASSING_STATUSES = new Set([429, 502, 503, 504]);

/** A call that went out and failed in a way that another try may mend. */
export class PassingFailure extends UpstreamError {}

/** The failure of a call that went out, as a PassingFailure where another try may mend it. */
export function passingOrLasting(failure: UpstreamError): UpstreamError {
  const { reason, retryAfterMs, diagnosis } = failure;
  return mayPass(failure) ? new PassingFailure(reason, retryAfterMs, diagnosis) : failure;
}

/** A hanging call is none: it has used its time. Nor is a proxy's 4xx: it refuses our login, or the host. */
function mayPass({ reason, status, diagnosis }: UpstreamError): boolean {
  const { cause, httpStatus } = diagnosis;
  if (cause === 'PROXY' && httpStatus !== null && httpStatus < 500) return false;
  if (reason === 'UNREACHABLE' || reason === 'THROTTLED') return true;
  return reason === 'UPSTREAM_ERROR' && status !== null && PASSING_STATUSES.has(status);
}

/** One retry for so many first tries, so that a source that is down gets at most 1.2 times its calls. */
const TRIES_PER_RETRY = 5;
/** What a source that is hardly ever called may save up, and has at the start. */
const MOST_RETRIES = 10;

/** How many retries a source may still cost: at most ten, and beyond them a fifth of its first tries. */
export class RetryBudget {
  /** Counted in first tries, so that no fractions add up. */
  #saved = MOST_RETRIES * TRIES_PER_RETRY;

  noteFirstTry(): void {
    this.#saved = Math.min(this.#saved + 1, MOST_RETRIES * TRIES_PER_RETRY);
  }

  /** Takes one retry from the budget; false when it is used up. */
  take(): boolean {
    if (this.#saved < TRIES_PER_RETRY) return false;
    this.#saved -= TRIES_PER_RETRY;
    return true;
  }
}
