import type { TaskRow } from '@/model/task.js';
import { Slices } from '@/model/slices.js';

/** Rows whose ids have the same hash, ordered by id. */
export type Bucket = readonly TaskRow[];

const USUAL_ROWS = 64;
const FEWEST_ROWS = 16;
const MOST_ROWS = 256;
const ROWS_A_STEP = 256;

/**
 * How many buckets so many rows go into: a power of two, with 64 rows a bucket. The count before is kept while a
 * bucket has 16 to 256 rows, so that a feed that grows is not moved as a whole.
 */
export function bucketCount(rows: number, before: number | null): number {
  if (before !== null && suits(rows, before)) return before;
  return 2 ** Math.max(0, Math.round(Math.log2(Math.max(1, rows) / USUAL_ROWS)));
}

function suits(rows: number, count: number): boolean {
  const each = rows / count;
  return each <= MOST_ROWS && (each >= FEWEST_ROWS || count === 1);
}

/** The rows by the hash of their ids; `count` is a power of two. Does not hold the event loop. */
export async function intoBuckets(rows: readonly TaskRow[], count: number): Promise<Bucket[]> {
  const slices = new Slices();
  const buckets = Array.from({ length: count }, (): TaskRow[] => []);
  for (const [index, row] of rows.entries()) {
    buckets[hash(row.task.id) & (count - 1)]?.push(row);
    if (index % ROWS_A_STEP === 0) await slices.pause();
  }
  for (const bucket of buckets) {
    bucket.sort(byId);
    await slices.pause();
  }
  return buckets;
}

/** All rows of the buckets. Does not hold the event loop. */
export async function rowsOf(buckets: readonly Bucket[]): Promise<TaskRow[]> {
  const slices = new Slices();
  const rows: TaskRow[] = [];
  for (const bucket of buckets) {
    for (const row of bucket) rows.push(row);
    await slices.pause();
  }
  return rows;
}

function byId(a: TaskRow, b: TaskRow): number {
  if (a.task.id === b.task.id) return 0;
  return a.task.id < b.task.id ? -1 : 1;
}

/** FNV-1a over UTF-16 units, its halves folded: its low bits alone are weak. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return (value ^ (value >>> 16)) >>> 0;
}
