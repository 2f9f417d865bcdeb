import type { TaskRow } from '@/model/task.js';
import type { Bucket } from './buckets.js';
import { Slices } from '@/model/slices.js';

const ROWS_A_STEP = 256;

/** The rows, with those that `base` has in equal form as the objects of `base`. Does not hold the event loop. */
export async function reuseRows(rows: readonly TaskRow[], base: readonly TaskRow[]): Promise<TaskRow[]> {
  const slices = new Slices();
  const known = new Map<string, TaskRow>();
  for (const [index, row] of base.entries()) {
    known.set(row.task.id, row);
    if (index % ROWS_A_STEP === 0) await slices.pause();
  }
  const reused: TaskRow[] = [];
  for (const [index, row] of rows.entries()) {
    const before = known.get(row.task.id);
    reused.push(before !== undefined && isSameRow(row, before) ? before : row);
    if (index % ROWS_A_STEP === 0) await slices.pause();
  }
  return reused;
}

/**
 * The buckets, with equal rows as the objects of `base`; a bucket in which nothing changed is the one of `base`.
 * Both have the same count of buckets. Does not hold the event loop.
 */
export async function reuseBuckets(buckets: readonly Bucket[], base: readonly Bucket[]): Promise<Bucket[]> {
  const slices = new Slices();
  const reused: Bucket[] = [];
  for (const [index, bucket] of buckets.entries()) {
    reused.push(reuseBucket(bucket, base[index] ?? []));
    await slices.pause();
  }
  return reused;
}

function reuseBucket(bucket: Bucket, base: Bucket): Bucket {
  const before = new Map(base.map((row) => [row.task.id, row]));
  const rows = bucket.map((row) => {
    const known = before.get(row.task.id);
    return known !== undefined && isSameRow(row, known) ? known : row;
  });
  const unchanged = rows.length === base.length && rows.every((row, index) => row === base[index]);
  return unchanged ? base : rows;
}

/** What is nested deeper is taken for changed: a record may be as deep as its upstream likes. */
const DEEPEST = 100;

function isSameRow(a: TaskRow, b: TaskRow): boolean {
  return a === b || (isSameJson(a.task, b.task, DEEPEST) && isSameJson(a.raw, b.raw, DEEPEST));
}

/** Whether two JSON values are equal; the order of an object's fields does not count. */
function isSameJson(a: unknown, b: unknown, depth: number): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b))
    return Array.isArray(a) && Array.isArray(b) && isSameList(a, b, depth - 1);
  return isSameObject(a as Fields, b as Fields, depth - 1);
}

type Fields = Readonly<Record<string, unknown>>;

function isSameList(a: readonly unknown[], b: readonly unknown[], depth: number): boolean {
  if (depth < 0 || a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) {
    if (!isSameJson(a[index], b[index], depth)) return false;
  }
  return true;
}

function isSameObject(a: Fields, b: Fields, depth: number): boolean {
  const names = Object.keys(a);
  if (depth < 0 || names.length !== Object.keys(b).length) return false;
  for (const name of names) {
    if (!Object.hasOwn(b, name) || !isSameJson(a[name], b[name], depth)) return false;
  }
  return true;
}
