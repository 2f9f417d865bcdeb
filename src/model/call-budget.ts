import type { CallRate } from './source.js';

/** Calls arrive later than they were let go, and not all by as much: a part of the window, at most so long. */
const JITTER_SHARE = 0.05;
const LONGEST_JITTER_MS = 250;

/** How long a call counts: an upstream that counts what arrives in a sliding window must not see more than it allows. */
export function windowSpanMs({ perMs }: CallRate): number {
  return perMs + Math.ceil(Math.min(perMs * JITTER_SHARE, LONGEST_JITTER_MS));
}

/** What remains of the upstream calls that a source's `rate` allows, over all replicas. */
export interface CallBudget {
  /** Calls allowed in any stretch of `perMs`. */
  readonly calls: number;
  readonly perMs: number;
  readonly remaining: number;
  /** When the oldest call leaves the window and one more may go, epoch milliseconds; null when there is none in it. */
  readonly resetTimeMs: number | null;
}

/** Tells the budgets of sources. */
export abstract class CallBudgets {
  /** null for a source without a `rate`. Never throws: where the shared figure cannot be had, this process's own. */
  abstract of(source: string): Promise<CallBudget | null>;
}
