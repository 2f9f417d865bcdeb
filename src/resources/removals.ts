import { YEAR_10000_MS } from '@/model/time.js';
import type { Task, TaskResource, TaskRow, TaskType } from '@/model/task.js';
import { groupKey, type FeedTasks } from './feed-tasks.js';
import { momentOf, taskAt } from './history.js';
import type { Resource } from './resource.js';

/** The last time that a task can have: that of one without times. */
const LAST = momentOf({ timeMs: YEAR_10000_MS - 1, isPast: false });

export type NamedResources = (row: TaskRow) => readonly TaskResource[];

/** When something was removed on purpose, epoch milliseconds. */
type Times = readonly number[];

/** The successful removals that a source has logged. */
export class Removals {
  readonly #ofResources = new Map<string, number[]>();
  /** By the name of the vault, or its id where it has none, as tasks have it as their destination. */
  readonly #ofVaults = new Map<string, number[]>();

  /** `named` tells which resources a row names besides its own. */
  constructor(tasks: readonly FeedTasks[], named: NamedResources) {
    for (const row of tasks.flatMap(({ removals }) => removals)) {
      const removed = taskAt(row.task, 'success', LAST);
      if (removed?.kind !== 'success' || removed.time === LAST.time) continue;
      this.#note(row, Date.parse(removed.time), named);
    }
  }

  /**
   * When the resource, or the vault of its last task of these types, was removed: after that task and by a moment
   * (Infinity: ever), epoch milliseconds; null where it was not.
   */
  retiredMs(resource: Resource, taskTypes: ReadonlySet<TaskType>, atMs: number): number | null {
    if (this.#ofResources.size === 0 && this.#ofVaults.size === 0) return null;
    const last = lastTask(resource, taskTypes, atMs);
    const since = last?.createTime ?? null;
    const sinceMs = since === null ? -Infinity : Date.parse(since);
    const times = [...this.#timesOf(resource), ...this.#timesOfVault(last?.destination ?? null)];
    const latestMs = Math.max(...times.filter((timeMs) => timeMs > sinceMs && timeMs <= atMs));
    return latestMs === -Infinity ? null : latestMs;
  }

  #timesOfVault(vault: string | null): Times {
    return vault === null ? [] : (this.#ofVaults.get(vault) ?? []);
  }

  #timesOf({ type, resourceId, name }: Resource): Times {
    const key = groupKey({ resource: { type, id: resourceId, name } });
    return key === null ? [] : (this.#ofResources.get(key) ?? []);
  }

  #note(row: TaskRow, timeMs: number, named: NamedResources): void {
    const { type, destination, resource } = row.task;
    if (type === 'VAULT_DELETE') {
      if (destination !== null) add(this.#ofVaults, destination, timeMs);
      return;
    }
    const keys = [resource, ...named(row)].map((each) => groupKey({ resource: each }));
    for (const key of new Set(keys)) if (key !== null) add(this.#ofResources, key, timeMs);
  }
}

function add(times: Map<string, number[]>, key: string, timeMs: number): void {
  times.set(key, [...(times.get(key) ?? []), timeMs]);
}

function lastTask({ rows }: Resource, taskTypes: ReadonlySet<TaskType>, atMs: number): Task | null {
  const last = rows.find(
    ({ task }) =>
      taskTypes.has(task.type) && (task.createTime === null || Date.parse(task.createTime) <= atMs),
  );
  return last?.task ?? null;
}
