import type { TaskRow } from '@/model/task.js';

/** Each task once, where the first of its records stood; the last of several records with one id wins. */
export function eachOnce(rows: readonly TaskRow[]): TaskRow[] {
  return [...new Map(rows.map((row) => [row.task.id, row])).values()];
}

/** Each record once, where the first of its kind stood; of records with one key, the last. */
export function eachRecordOnce(records: readonly unknown[], keyOf: (record: unknown) => string): unknown[] {
  return [...new Map(records.map((record) => [keyOf(record), record])).values()];
}
