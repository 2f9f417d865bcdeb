import { LRUCache } from 'lru-cache';
import type { OrderPosition, TaskOrder } from '@/model/order.js';
import type { TaskFilter, TaskQuery } from '@/model/query.js';
import type { Snapshot } from '@/model/snapshot.js';
import type { TaskRow } from '@/model/task.js';
import { compileFilter } from './filter.js';
import type { Page } from './page.js';
import { cutPage } from './page.js';
import { filterKey } from './query-key.js';
import { mergeSnapshots } from './view.js';

export type Selection = Pick<TaskQuery, 'filter' | 'order' | 'pageSize' | 'page'>;

/** Filtered lists remembered at once. */
const MOST_LISTS = 200;
/** Rows in all of them together; a row costs one pointer. */
const MOST_LISTED_ROWS = 2_000_000;

/**
 * Answers pages, and remembers the ordered and filtered lists of the newest set of snapshots, so that a walk
 * or a polling dashboard does not sort and filter anew for each page. Nothing of an earlier set is kept.
 */
export class Selections {
  #lists = new Lists([]);

  /**
   * One page of the tasks that match. Hand in all newest snapshots, not only those in scope (the filter leaves
   * the others out): a set that differs from the last one makes everything remembered be forgotten.
   */
  select(snapshots: readonly Snapshot[], selection: Selection, after: OrderPosition | null): Page {
    if (!this.#lists.areOf(snapshots)) this.#lists = new Lists(snapshots);
    const rows = this.#lists.matching(snapshots, selection);
    return cutPage(rows, { ...selection, after });
  }

  /** Lets go of the remembered rows at once; called when a snapshot was replaced, it spares the memory of two. */
  clear(): void {
    this.#lists = new Lists([]);
  }
}

/** The lists made of one set of snapshots. */
class Lists {
  readonly #revisions: ReadonlySet<number>;
  readonly #ordered = new Map<TaskOrder, readonly TaskRow[]>();
  readonly #filtered = new LRUCache<string, readonly TaskRow[]>({
    max: MOST_LISTS,
    maxSize: MOST_LISTED_ROWS,
    sizeCalculation: (rows) => rows.length + 1,
  });

  constructor(snapshots: readonly Snapshot[]) {
    this.#revisions = new Set(snapshots.map(({ revision }) => revision));
  }

  areOf(snapshots: readonly Snapshot[]): boolean {
    return (
      snapshots.length === this.#revisions.size &&
      snapshots.every(({ revision }) => this.#revisions.has(revision))
    );
  }

  matching(snapshots: readonly Snapshot[], { filter, order }: Selection): readonly TaskRow[] {
    const ordered = this.#inOrder(snapshots, order);
    return isUnrestricted(filter) ? ordered : this.#passing(ordered, filter, order);
  }

  #inOrder(snapshots: readonly Snapshot[], order: TaskOrder): readonly TaskRow[] {
    let rows = this.#ordered.get(order);
    if (rows === undefined) this.#ordered.set(order, (rows = mergeSnapshots(snapshots, order)));
    return rows;
  }

  #passing(ordered: readonly TaskRow[], filter: TaskFilter, order: TaskOrder): readonly TaskRow[] {
    const key = `${order} ${filterKey(filter)}`;
    let rows = this.#filtered.get(key);
    if (rows === undefined) {
      const matches = compileFilter(filter);
      rows = this.#candidates(ordered, filter, order).filter(({ task }) => matches(task));
      this.#filtered.set(key, rows);
    }
    return rows;
  }

  /**
   * The same few words come back with ever other texts and times (a search as it is typed, a window that
   * moves), so the list for the words alone is remembered too and the rest is looked for in it.
   */
  #candidates(ordered: readonly TaskRow[], filter: TaskFilter, order: TaskOrder): readonly TaskRow[] {
    const { provider, source, status, type, trigger, ...rest } = filter;
    const words = { provider, source, status, type, trigger };
    if (isUnrestricted(words) || isUnrestricted(rest)) return ordered;
    return this.#passing(ordered, words, order);
  }
}

function isUnrestricted(filter: TaskFilter): boolean {
  return Object.values(filter).every((wanted) => wanted === undefined);
}
