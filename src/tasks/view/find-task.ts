import type { Snapshot } from '@/model/snapshot.js';
import { sourceOfTaskId } from '@/model/task-id.js';
import type { TaskRow } from '@/model/task.js';
import { byClaim } from './view.js';

const indexBySnapshot = new WeakMap<Snapshot, ReadonlyMap<string, TaskRow>>();

/** The row with this task id, the same one that the lists show; null when no snapshot holds it. */
export function findTask(snapshots: readonly Snapshot[], id: string): TaskRow | null {
  const source = sourceOfTaskId(id);
  for (const snapshot of byClaim(snapshots.filter(({ feed }) => feed.source === source))) {
    const row = rowsById(snapshot).get(id);
    if (row !== undefined) return row;
  }
  return null;
}

function rowsById(snapshot: Snapshot): ReadonlyMap<string, TaskRow> {
  let index = indexBySnapshot.get(snapshot);
  if (index === undefined) {
    index = new Map(snapshot.rows.map((row) => [row.task.id, row]));
    indexBySnapshot.set(snapshot, index);
  }
  return index;
}
