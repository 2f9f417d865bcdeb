import { indexInSteps, type Steps } from '@/model/slices.js';
import type { TaskRow } from '@/model/task.js';

/** Each task once, where the first of its records stood; the last of several records with one id wins. */
export function* eachOnce(rows: readonly TaskRow[]): Steps<readonly TaskRow[]> {
  const once = yield* indexInSteps(rows, ({ task }) => task.id);
  return once.size === rows.length ? rows : [...once.values()];
}

/** Each record once, where the first of its kind stood; of records with one key, the last. */
export function* eachRecordOnce(
  records: readonly unknown[],
  keyOf: (record: unknown) => string,
): Steps<readonly unknown[]> {
  const once = yield* indexInSteps(records, keyOf);
  return once.size === records.length ? records : [...once.values()];
}
