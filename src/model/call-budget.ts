/** What remains of the upstream calls that a source's `rate` allows, over all replicas. */
export interface CallBudget {
  /** Calls allowed in a window. */
  readonly calls: number;
  readonly perMs: number;
  readonly remaining: number;
  /** When the window under way ends, epoch milliseconds; null when none has begun. */
  readonly resetTimeMs: number | null;
}

/** Tells the budgets of sources. */
export abstract class CallBudgets {
  /** null for a source without a `rate`. Never throws: where the shared figure cannot be had, this process's own. */
  abstract of(source: string): Promise<CallBudget | null>;
}
