import { indexInSteps, type Steps } from '@/model/slices.js';
import type { TaskRow } from '@/model/task.js';

/** Each task once, where the first of its records stood; the last of several records with one id wins. */
export function* eachOnce(rows: readonly TaskRow[]): Steps<readonly TaskRow[]> {
  const once = yield* indexInSteps(rows, ({ task }) => task.id);
  return once.size === rows.length ? rows : [...once.values()];
}
