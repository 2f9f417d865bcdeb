import type { TaskOrder } from '@/model/order.js';
import { orderField } from '@/model/order.js';
import { flatMapInSteps, type Steps } from '@/model/slices.js';
import type { Snapshot } from '@/model/snapshot.js';
import { mergeRuns, sortInSteps } from '@/model/sorted-runs.js';
import type { Task, TaskRow } from '@/model/task.js';

/** A row with its time as a number that grows along the order: comparing strings would cost most of a sort. */
interface KeyedRow {
  readonly key: number;
  readonly row: TaskRow;
}

const ROWS_A_STEP = 512;

/** Sorting is the dear part, and snapshots never change: each is sorted once an order and forgotten with it. */
const sortedBySnapshot = new WeakMap<Snapshot, Map<TaskOrder, readonly KeyedRow[]>>();

/**
 * All rows of the snapshots in the order of `comparePositions`, whatever the order of the snapshots and of
 * their rows. A task that several feeds hold comes once, from the feed whose name sorts first.
 */
export function* mergeSnapshots(snapshots: readonly Snapshot[], order: TaskOrder): Steps<readonly TaskRow[]> {
  const runs: (readonly KeyedRow[])[] = [];
  for (const siblings of bySource(snapshots)) runs.push(...(yield* distinctRuns(siblings, order)));
  return yield* flatMapInSteps(yield* mergeRuns(runs, compareKeyedRows), ({ row }) => row);
}

/** The snapshots in the order in which their feeds may claim a task: by feed name, the newest first. */
export function byClaim(snapshots: readonly Snapshot[]): Snapshot[] {
  return snapshots.toSorted((a, b) => compareText(a.feed.name, b.feed.name) || b.revision - a.revision);
}

function* sortedRows(snapshot: Snapshot, order: TaskOrder): Steps<readonly KeyedRow[]> {
  const orders = sortedBySnapshot.get(snapshot) ?? new Map<TaskOrder, readonly KeyedRow[]>();
  sortedBySnapshot.set(snapshot, orders);
  const sorted = orders.get(order) ?? (yield* sortRows(snapshot.rows, order));
  orders.set(order, sorted);
  return sorted;
}

function* sortRows(rows: readonly TaskRow[], order: TaskOrder): Steps<readonly KeyedRow[]> {
  const keyOf = sortKey(order);
  const keyed = yield* flatMapInSteps(rows, (row): KeyedRow => ({ key: keyOf(row.task), row }));
  return yield* sortInSteps(keyed, compareKeyedRows);
}

function sortKey(order: TaskOrder): (task: Task) => number {
  const field = orderField(order);
  const sign = order.endsWith('asc') ? 1 : -1;
  return (task) => {
    const time = task[field];
    return time === null ? Infinity : sign * Date.parse(time);
  };
}

function compareKeyedRows(a: KeyedRow, b: KeyedRow): number {
  return a.key === b.key ? compareText(a.row.task.id, b.row.task.id) : a.key - b.key;
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Each snapshot's rows, without the tasks that a sibling feed claims. A task id begins with its source. */
function* distinctRuns(
  siblings: readonly Snapshot[],
  order: TaskOrder,
): Steps<readonly (readonly KeyedRow[])[]> {
  const runs: (readonly KeyedRow[])[] = [];
  for (const snapshot of byClaim(siblings)) runs.push(yield* sortedRows(snapshot, order));
  const areShared = siblings.length > 1 && (yield* shareTasks(siblings));
  return areShared ? yield* withoutRepeats(runs) : runs;
}

/** Hardly ever true, so it is asked first; in the order of the rows, which is kindest to the processor's cache. */
function* shareTasks(siblings: readonly Snapshot[]): Steps<boolean> {
  const ids = new Set<string>();
  let count = 0;
  for (const { rows } of siblings) {
    for (const { task } of rows) {
      ids.add(task.id);
      count += 1;
      if (count % ROWS_A_STEP === 0) yield;
    }
  }
  return ids.size < count;
}

function* withoutRepeats(runs: readonly (readonly KeyedRow[])[]): Steps<KeyedRow[][]> {
  const claimed = new Set<string>();
  const claim = (keyed: KeyedRow): KeyedRow | [] => {
    const { id } = keyed.row.task;
    if (claimed.has(id)) return [];
    claimed.add(id);
    return keyed;
  };
  const distinct: KeyedRow[][] = [];
  for (const run of runs) distinct.push(yield* flatMapInSteps(run, claim));
  return distinct;
}

function bySource(snapshots: readonly Snapshot[]): (readonly Snapshot[])[] {
  const sources = new Map<string, Snapshot[]>();
  for (const snapshot of snapshots) {
    const siblings = sources.get(snapshot.feed.source);
    if (siblings === undefined) sources.set(snapshot.feed.source, [snapshot]);
    else siblings.push(snapshot);
  }
  return [...sources.values()];
}
