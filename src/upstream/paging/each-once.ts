import { indexInSteps, type Steps } from '@/scheduling/cooperative.js';
import type { TaskRow } from '@/model/task.js';
import { keyRows } from '../records/keyed-rows.js';

/** Each task once, where the first of its records stood; the last of several records with one id wins. */
export function* eachOnce(rows: readonly TaskRow[]): Steps<readonly TaskRow[]> {
  const once = yield* indexInSteps(rows, ({ task }) => task.id);
  return once.size === rows.length ? rows : [...once.values()];
}

/** Each record of a page once; such as have one key and differ are several. */
export function* eachRecordOnce(
  records: readonly unknown[],
  keyOf: (record: unknown) => string,
): Steps<readonly unknown[]> {
  const keyed = yield* keyRows(records, keyOf, records.length);
  const once = yield* indexInSteps(keyed, ({ key }) => key);
  return [...once.values()].map(({ row }) => row);
}
