import { CallBudgets, type CallBudget } from '@/model/call-budget.js';
import type { Clock } from '@/model/clock.js';
import type { LimitedSource, SharedLimits } from '@/model/shared-limits.js';
import { CallLimits } from './call-limits.js';

/** The limits of all sources that have been connected: one each. */
export class SourceLimits extends CallBudgets {
  readonly #limits = new Map<string, CallLimits>();

  constructor(
    private readonly shared: SharedLimits | null,
    private readonly clock: Clock,
  ) {
    super();
  }

  limitsOf(source: LimitedSource): CallLimits {
    const { shared, clock } = this;
    const limits = this.#limits.get(source.id) ?? new CallLimits({ source, shared, clock });
    this.#limits.set(source.id, limits);
    return limits;
  }

  override async of(source: string): Promise<CallBudget | null> {
    return (await this.#limits.get(source)?.budget()) ?? null;
  }
}
