import type { RemovalReader, TaskVault } from '@/model/provider.js';
import { YEAR_10000_MS } from '@/model/time.js';
import type { TaskRow, TaskType } from '@/model/task.js';
import { groupKey, type FeedTasks } from './feed-tasks.js';
import { comparableTime, taskAt } from './history.js';
import type { Resource } from './resource.js';

/** The last time that a task can have: that of one without times. */
const LAST = comparableTime({ timeMs: YEAR_10000_MS - 1, isPast: false });

/** When something was removed on purpose, epoch milliseconds. */
type Times = readonly number[];

/** The successful removals that a source has logged. */
export class Removals {
  readonly #ofResources = new Map<string, number[]>();
  /** By `keysOfRemoved`. */
  readonly #ofVaults = new Map<string, number[]>();

  /** When a vault was last removed. */
  #lastVaultMs = -Infinity;

  constructor(
    tasks: readonly FeedTasks[],
    private readonly reader: RemovalReader,
  ) {
    for (const row of tasks.flatMap(({ removals }) => removals)) {
      const removed = taskAt(row.task, 'success', LAST);
      if (removed?.kind !== 'success' || removed.time === LAST.time) continue;
      this.#note(row, Date.parse(removed.time));
    }
  }

  /**
   * When the resource, or the vault of its last task of these types, was removed: after that task and by a moment
   * (Infinity: ever), epoch milliseconds; null where it was not.
   */
  retiredMs(resource: Resource, taskTypes: ReadonlySet<TaskType>, atMs: number): number | null {
    if (this.#ofResources.size === 0 && this.#ofVaults.size === 0) return null;
    const last = lastTask(resource, taskTypes, atMs);
    const since = last?.task.createTime ?? null;
    const sinceMs = since === null ? -Infinity : Date.parse(since);
    const times = [
      ...this.#timesOf(resource),
      ...(sinceMs < this.#lastVaultMs ? this.#timesOfVault(last) : []),
    ];
    const latestMs = Math.max(...times.filter((timeMs) => timeMs > sinceMs && timeMs <= atMs));
    return latestMs === -Infinity ? null : latestMs;
  }

  /** To read records takes long: this is for a task that a vault was removed after. */
  #timesOfVault(row: TaskRow | null): Times {
    const vault = row && this.reader.vaultOf?.(row);
    return vault ? keysOf(vault).flatMap((key) => this.#ofVaults.get(key) ?? []) : [];
  }

  #timesOf({ type, resourceId, name }: Resource): Times {
    const key = groupKey({ resource: { type, id: resourceId, name } });
    return key === null ? [] : (this.#ofResources.get(key) ?? []);
  }

  #note(row: TaskRow, timeMs: number): void {
    const { type, resource } = row.task;
    if (type === 'VAULT_DELETE') {
      this.#lastVaultMs = Math.max(this.#lastVaultMs, timeMs);
      const vault = this.reader.vaultOf?.(row) ?? NO_VAULT;
      for (const key of keysOfRemoved(vault)) add(this.#ofVaults, key, timeMs);
      return;
    }
    const named = this.reader.removedResources?.(row) ?? [];
    const keys = [resource, ...named].map((each) => groupKey({ resource: each }));
    for (const key of new Set(keys)) if (key !== null) add(this.#ofResources, key, timeMs);
  }
}

const NO_VAULT: TaskVault = { id: null, name: null };

/** Names are not unique: they count only where one of the two rows has no id. */
function keysOfRemoved({ id, name }: TaskVault): readonly string[] {
  const named = name === null ? [] : [`name ${name}`];
  return id === null ? named.flatMap((key) => [key, `only ${key}`]) : [`id ${id}`, ...named];
}

/** The keys of removed vaults that may be this one. */
function keysOf({ id, name }: TaskVault): readonly string[] {
  if (id === null) return name === null ? [] : [`name ${name}`];
  return name === null ? [`id ${id}`] : [`id ${id}`, `only name ${name}`];
}

function add(times: Map<string, number[]>, key: string, timeMs: number): void {
  times.set(key, [...(times.get(key) ?? []), timeMs]);
}

function lastTask({ rows }: Resource, taskTypes: ReadonlySet<TaskType>, atMs: number): TaskRow | null {
  const last = rows.find(
    ({ task }) =>
      taskTypes.has(task.type) && (task.createTime === null || Date.parse(task.createTime) <= atMs),
  );
  return last ?? null;
}
