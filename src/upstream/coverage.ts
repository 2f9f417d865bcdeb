import type { TaskRow } from '@/model/task.js';

/**
 * From when on the tasks of a list that was cut off are all there: where they came newest first, that is the
 * oldest one's creation. Null where the order vouches for nothing. No upstream documents its order.
 */
export function coveredByOrder(rows: readonly TaskRow[]): string | null {
  let oldest: string | null = null;
  for (const { task } of rows) {
    if (task.createTime === null || (oldest !== null && task.createTime > oldest)) return null;
    oldest = task.createTime;
  }
  return oldest;
}
