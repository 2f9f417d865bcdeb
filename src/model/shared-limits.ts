import type { CallBudget } from './call-budget.js';
import type { SourceConfig } from './source.js';

/** What the limits of a source depend on. */
export type LimitedSource = Pick<SourceConfig, 'id' | 'endpoint' | 'concurrency' | 'rate' | 'timeoutMs'>;

/** Gives a place back. May be called more than once; never throws. */
export type Leave = () => void;

/**
 * One source's limits over all replicas. Nothing throws: where the other replicas are out of reach, `enter` lets
 * everyone in, and the others answer null.
 */
export interface SharedSourceLimits {
  /**
   * Waits for a place among the source's `concurrency` calls at once, until the signal is aborted at the
   * latest; the caller looks at the signal afterwards. A place that is not given back ends by itself some time
   * after the longest call.
   */
  enter(signal: AbortSignal): Promise<Leave>;
  /** Takes one call of the window: 0 when it may go, else the milliseconds until one may. */
  take(): Promise<number | null>;
  /** What remains of the window. */
  budget(): Promise<CallBudget | null>;
}

/** Holds limits over all replicas, besides those that each replica keeps by itself. */
export abstract class SharedLimits {
  abstract of(source: LimitedSource): SharedSourceLimits;
}
