import type { Demand } from './demand.js';
import type { Renewal } from './renewal.js';

export interface Waiting {
  readonly demand: Demand;
  /** True once what is held is good enough for the question. */
  readonly isAnswered: () => boolean;
}

/**
 * Resolves when a question need not wait any longer: what is held is good enough (it may come from another
 * replica before the renewal is over), the renewal has failed, or the question's time is over. What another replica
 * read before the question came may be too old for it: then it is renewed once more.
 */
export async function untilAnswered<T>(
  renewal: Renewal<T>,
  over: Promise<void>,
  waiting: Waiting,
): Promise<void> {
  const { demand, isAnswered } = waiting;
  await firstOf(renewal, over, waiting);
  if (demand.isOver || isAnswered() || renewal.setbacks.failure !== null) return;
  const again = renewal.renew({ trace: demand.trace, forced: true });
  if (again !== null) await firstOf(renewal, again, waiting);
}

/**
 * Resolves when the renewal is over, or the question is answered or gone. Nothing of the question stays with a renewal
 * that goes on, for one that hangs may be waited for by thousands.
 */
function firstOf<T>(
  renewal: Renewal<T>,
  over: Promise<void>,
  { demand, isAnswered }: Waiting,
): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      leaveBell();
      leaveDemand();
      resolve();
    };
    const leaveBell = renewal.bell.onRing(() => {
      if (!renewal.isUnderWay(over) || isAnswered()) end();
    });
    const leaveDemand = demand.onEnd(end);
  });
}
