import { indexInSteps, Slices } from '@/model/slices.js';
import type { Snapshot } from '@/model/snapshot.js';
import { sourceOfTaskId } from '@/model/task-id.js';
import type { TaskRow } from '@/model/task.js';
import { byClaim } from './view.js';

const indexBySnapshot = new WeakMap<Snapshot, Promise<ReadonlyMap<string, TaskRow>>>();

/** The row with this task id, the same one that the lists show; null when no snapshot holds it. */
export async function findTask(snapshots: readonly Snapshot[], id: string): Promise<TaskRow | null> {
  const source = sourceOfTaskId(id);
  for (const snapshot of byClaim(snapshots.filter(({ feed }) => feed.source === source))) {
    const row = (await rowsById(snapshot)).get(id);
    if (row !== undefined) return row;
  }
  return null;
}

/** Made once for all who ask meanwhile. */
function rowsById(snapshot: Snapshot): Promise<ReadonlyMap<string, TaskRow>> {
  let index = indexBySnapshot.get(snapshot);
  if (index === undefined) {
    index = new Slices().run(indexInSteps(snapshot.rows, ({ task }) => task.id));
    indexBySnapshot.set(snapshot, index);
  }
  return index;
}
