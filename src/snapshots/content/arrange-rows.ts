import { compareRows } from '@/model/change.js';
import { runCooperatively, yieldToEventLoop } from '@/scheduling/cooperative.js';
import { sortInSteps } from '@/scheduling/sort-in-steps.js';
import type { TaskRow } from '@/model/task.js';

const ROWS_A_STEP = 256;

/** `reuseRows` of the rows in `USUAL_ORDER`. */
export async function arrangeRows(
  rows: readonly TaskRow[],
  base: readonly TaskRow[] | null,
): Promise<readonly TaskRow[]> {
  return reuseRows(await inUsualOrder(rows), base);
}

/** The rows in `USUAL_ORDER`; the very list where they are in that order. Does not hold the event loop. */
export async function inUsualOrder(rows: readonly TaskRow[]): Promise<readonly TaskRow[]> {
  return (await isInOrder(rows)) ? rows : runCooperatively(sortInSteps(rows, compareRows));
}

async function isInOrder(rows: readonly TaskRow[]): Promise<boolean> {
  let before: TaskRow | undefined;
  for (const [index, row] of rows.entries()) {
    if (before !== undefined && compareRows(before, row) > 0) return false;
    before = row;
    if (index % ROWS_A_STEP === 0) await yieldToEventLoop();
  }
  return true;
}

/**
 * The rows, those that `base` has in equal form as the objects of `base`; `base` itself where nothing differs. Both are in
 * `USUAL_ORDER`. Does not hold the event loop.
 */
export async function reuseRows(
  rows: readonly TaskRow[],
  base: readonly TaskRow[] | null,
): Promise<readonly TaskRow[]> {
  if (base === null) return rows;
  const reused: TaskRow[] = [];
  let [at, isSame] = [0, rows.length === base.length];
  for (const [index, row] of rows.entries()) {
    let known = base[at];
    for (; known !== undefined && compareRows(known, row) < 0; known = base[at]) at += 1;
    const kept = known !== undefined && isSameRow(row, known) ? known : row;
    isSame &&= kept === base[index];
    reused.push(kept);
    if (index % ROWS_A_STEP === 0) await yieldToEventLoop();
  }
  return isSame ? base : reused;
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
