import { comparePositions, positionOf, USUAL_ORDER } from './order.js';
import type { TaskRow } from './task.js';

/** What differs between two lists of a feed's rows. */
export interface RowsChange {
  /** The rows before. */
  readonly since: readonly TaskRow[];
  readonly added: readonly TaskRow[];
  readonly removed: readonly TaskRow[];
  readonly changed: readonly ChangedRow[];
}

export interface ChangedRow {
  readonly before: TaskRow;
  readonly after: TaskRow;
}

/** Negative where `a` comes first in `USUAL_ORDER`. */
export function compareRows(a: TaskRow, b: TaskRow): number {
  return comparePositions(positionOf(a.task, USUAL_ORDER), positionOf(b.task, USUAL_ORDER), USUAL_ORDER);
}

/** Compares two lists that are in `USUAL_ORDER`, in which a row that did not change is one and the same object. */
export function changeBetween(before: readonly TaskRow[], after: readonly TaskRow[]): RowsChange {
  if (before === after) return { since: before, added: [], removed: [], changed: [] };
  const [gone, come]: [TaskRow[], TaskRow[]] = [[], []];
  let to = 0;
  for (const old of before) {
    let now = after[to];
    while (now !== undefined && now !== old && compareRows(now, old) < 0) {
      come.push(now);
      to += 1;
      now = after[to];
    }
    if (now === old) to += 1;
    else gone.push(old);
  }
  return { since: before, ...matched(gone, come.concat(after.slice(to))) };
}

/** True where nothing differs. */
export function isUnchanged({ added, removed, changed }: RowsChange): boolean {
  return added.length + removed.length + changed.length === 0;
}

/** A task that went and came is one that changed. */
function matched(gone: readonly TaskRow[], come: readonly TaskRow[]): Omit<RowsChange, 'since'> {
  const byId = new Map(gone.map((row) => [row.task.id, row]));
  const [added, changed]: [TaskRow[], ChangedRow[]] = [[], []];
  for (const after of come) {
    const before = byId.get(after.task.id);
    byId.delete(after.task.id);
    if (before === undefined) added.push(after);
    else changed.push({ before, after });
  }
  return { added, removed: [...byId.values()], changed };
}
