import { compareRows, type RowsChange } from '@/model/change.js';
import type { Snapshot } from '@/model/snapshot.js';
import type { Task, TaskRow, TaskType } from '@/model/task.js';
import { runCooperatively, visitInSteps } from '@/scheduling/cooperative.js';

/** The tasks of one feed, by what they protect. */
export interface FeedTasks {
  /** By `groupKey`; each list in `USUAL_ORDER`, and the same object as before while no task of the resource changed. */
  readonly byResource: ReadonlyMap<string, readonly TaskRow[]>;
  /** The tasks that may have ended the protection of something, in `USUAL_ORDER`. */
  readonly removals: readonly TaskRow[];
  /** What has changed since an earlier state of the feed; null where nobody knows. */
  readonly change: { readonly since: FeedTasks['byResource']; readonly keys: readonly string[] } | null;
}

const REMOVALS: ReadonlySet<TaskType> = new Set(['REMOVE_RESOURCE', 'VAULT_DELETE']);

/** The same for tasks of one feed that are about one resource; null for a task of which nobody knows what it is about. */
export function groupKey({ resource }: Pick<Task, 'resource'>): string | null {
  const id = resource?.id ?? resource?.name ?? null;
  return resource === null || id === null ? null : `${resource.type ?? ''}\n${id}`;
}

/** Groups the rows of snapshots. Of a snapshot that changed, only the resources whose tasks changed are grouped anew. */
export class TaskGroups {
  readonly #known = new WeakMap<readonly TaskRow[], Promise<FeedTasks>>();

  /** Made once for all who ask. */
  of({ rows, change }: Snapshot): Promise<FeedTasks> {
    const known = this.#known.get(rows);
    if (known !== undefined) return known;
    const before = change === null ? undefined : this.#known.get(change.since);
    const grouped =
      change === null || before === undefined ? group(rows) : before.then((tasks) => regroup(tasks, change));
    this.#known.set(rows, grouped);
    grouped.catch(() => this.#known.delete(rows));
    return grouped;
  }
}

async function group(rows: readonly TaskRow[]): Promise<FeedTasks> {
  const byResource = new Map<string, TaskRow[]>();
  const removals: TaskRow[] = [];
  const visit = (row: TaskRow): void => {
    if (REMOVALS.has(row.task.type)) removals.push(row);
    const key = groupKey(row.task);
    if (key === null) return;
    const others = byResource.get(key);
    if (others === undefined) byResource.set(key, [row]);
    else others.push(row);
  };
  await runCooperatively(visitInSteps(rows, visit));
  return { byResource, removals, change: null };
}

function regroup(before: FeedTasks, { added, removed, changed }: RowsChange): FeedTasks {
  const gone = new Set([...removed, ...changed.map(({ before }) => before)]);
  const come = [...added, ...changed.map(({ after }) => after)];
  if (gone.size === 0 && come.length === 0) return before;
  const { byResource, removals } = before;
  const groups = new Map(byResource);
  const touched = arrivalsByKey(gone, come);
  for (const [key, arrivals] of touched) {
    const tasks = without(byResource.get(key) ?? [], gone)
      .concat(arrivals)
      .sort(compareRows);
    if (tasks.length === 0) groups.delete(key);
    else groups.set(key, tasks);
  }
  const isTouched = [...gone, ...come].some(({ task }) => REMOVALS.has(task.type));
  const newRemovals = come.filter(({ task }) => REMOVALS.has(task.type));
  return {
    byResource: groups,
    removals: isTouched ? without(removals, gone).concat(newRemovals).sort(compareRows) : removals,
    change: { since: byResource, keys: [...touched.keys()] },
  };
}

/** The resources that a change touches, each with its new rows. */
function arrivalsByKey(gone: ReadonlySet<TaskRow>, come: readonly TaskRow[]): ReadonlyMap<string, TaskRow[]> {
  const arrivals = new Map<string, TaskRow[]>();
  for (const { task } of gone) {
    const key = groupKey(task);
    if (key !== null) arrivals.set(key, []);
  }
  for (const row of come) {
    const key = groupKey(row.task);
    if (key !== null) arrivals.set(key, [...(arrivals.get(key) ?? []), row]);
  }
  return arrivals;
}

function without(rows: readonly TaskRow[], gone: ReadonlySet<TaskRow>): TaskRow[] {
  return rows.filter((row) => !gone.has(row));
}
