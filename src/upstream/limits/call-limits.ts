import { isDeepStrictEqual } from 'node:util';
import pLimit from 'p-limit';
import type { LimitFunction } from 'p-limit';
import { CallBudgets, type CallBudget } from '@/model/call-budget.js';
import type { Clock } from '@/model/clock.js';
import type { LimitedSource, SharedLimits, SharedSourceLimits } from '@/model/shared-limits.js';
import { pause, throwIfAborted, untilAborted } from '../http/deadline.js';
import { RetryBudget } from '../call-retries.js';
import { CallWindow } from './call-window.js';
import { RetryAfterGate } from './retry-after-gate.js';

export interface CallLimitsOptions {
  readonly source: LimitedSource;
  /** Limits that hold over all replicas; null: there is this process only. */
  readonly shared: SharedLimits | null;
  readonly clock: Clock;
}

/**
 * Keeps a source's calls within its `concurrency` and `rate`, over all replicas as long as they can be asked,
 * and in this process always. None goes out while the gate of the source is closed. Every wait ends with the caller's signal.
 */
export class CallLimits {
  readonly gate: RetryAfterGate;
  readonly retries = new RetryBudget();
  readonly #slots: LimitFunction;
  readonly #window: CallWindow | null;
  readonly #shared: SharedSourceLimits | null;

  constructor({ source, shared, clock }: CallLimitsOptions) {
    this.gate = new RetryAfterGate(clock);
    this.#slots = pLimit(source.concurrency);
    this.#window = source.rate === null ? null : new CallWindow(source.rate, clock);
    this.#shared = shared?.of(source) ?? null;
  }

  /**
   * Runs work when this process has a place. Work whose signal was aborted while it queued never starts. Throws
   * THROTTLED while the gate is closed for longer than a call waits.
   */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    this.gate.assertOpensSoon();
    const turn = this.#slots(async () => {
      await this.gate.untilOpen(signal);
      return work();
    });
    return untilAborted(turn, signal);
  }

  /**
   * Makes one call when there is a place among the calls of all replicas, which is not held while the gate
   * is closed. To be called within `run`.
   */
  async call<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    for (;;) {
      await this.gate.untilOpen(signal);
      const made = await this.#inPlace(signal, async () =>
        this.gate.remainingMs() === 0 ? { result: await work() } : null,
      );
      if (made !== null) return made.result;
    }
  }

  async #inPlace<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    throwIfAborted(signal);
    if (this.#shared === null) return work();
    const entering = this.#shared.enter(signal);
    try {
      await untilAborted(entering, signal, 'LOCAL_LIMIT');
      throwIfAborted(signal);
      return await work();
    } finally {
      void entering.then((leave) => {
        leave();
      });
    }
  }

  /** Takes one call from the budget, waiting where it is used up. */
  async spend(signal: AbortSignal): Promise<void> {
    for (;;) {
      throwIfAborted(signal);
      const waitMs = await this.#take();
      if (waitMs === 0) return;
      await pause(waitMs, signal, 'LOCAL_LIMIT');
    }
  }

  /** What remains of the budget, over all replicas where they can be asked; null without a `rate`. */
  async budget(): Promise<CallBudget | null> {
    if (this.#window === null) return null;
    return (await this.#shared?.budget()) ?? this.#window.budget();
  }

  /** Zero when the call may go, else how long until one may. */
  async #take(): Promise<number> {
    if (this.#window === null) return 0;
    const waitMs = (await this.#shared?.take()) ?? null;
    if (waitMs === null) return this.#window.take();
    if (waitMs === 0) this.#window.note();
    return waitMs;
  }
}

/** The limits of all sources that have been connected: one each. */
export class SourceLimits extends CallBudgets {
  readonly #limits = new Map<string, { readonly source: LimitedSource; readonly limits: CallLimits }>();

  constructor(
    private readonly shared: SharedLimits | null,
    private readonly clock: Clock,
  ) {
    super();
  }

  /** The same for the same settings; calls under way keep to the ones they began with. */
  limitsOf({ id, endpoint, concurrency, rate, timeoutMs }: LimitedSource): CallLimits {
    const { shared, clock } = this;
    const source = { id, endpoint, concurrency, rate, timeoutMs };
    const known = this.#limits.get(id);
    if (known !== undefined && isDeepStrictEqual(known.source, source)) return known.limits;
    const limits = new CallLimits({ source, shared, clock });
    this.#limits.set(id, { source, limits });
    return limits;
  }

  override async of(source: string): Promise<CallBudget | null> {
    return (await this.#limits.get(source)?.limits.budget()) ?? null;
  }
}
