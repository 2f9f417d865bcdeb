import type { Renewal } from './renewal.js';

export interface Waiting {
  /** True once what is held is good enough for the question. */
  readonly isAnswered: () => boolean;
  readonly traceparent: string | null;
}

/**
 * Resolves when a question need not wait any longer: what is held is good enough (it may come from another
 * replica before the renewal is over), or the renewal has failed. What another replica read before the
 * question came may be too old for it: then it is renewed once more.
 */
export async function untilAnswered<T>(
  renewal: Renewal<T>,
  over: Promise<void>,
  { isAnswered, traceparent }: Waiting,
): Promise<void> {
  if (!(await firstOf(renewal, over, isAnswered))) return;
  if (isAnswered() || renewal.setbacks.failure !== null) return;
  const again = renewal.renew({ traceparent, forced: true });
  if (again !== null) await firstOf(renewal, again, isAnswered);
}

/** True when the renewal was over before the question was answered. */
async function firstOf<T>(
  renewal: Renewal<T>,
  over: Promise<void>,
  isAnswered: () => boolean,
): Promise<boolean> {
  const isOver = over.then(() => true);
  for (;;) {
    if (await Promise.race([isOver, renewal.bell.rings.then(() => false)])) return true;
    if (isAnswered()) return false;
  }
}
