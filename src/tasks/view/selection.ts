import { LRUCache } from 'lru-cache';
import type { OrderPosition, TaskOrder } from '@/model/order.js';
import type { TaskFilter, TaskQuery } from '@/model/query.js';
import { Places } from '@/model/places.js';
import { flatMapInSteps, Slices } from '@/model/slices.js';
import type { Snapshot } from '@/model/snapshot.js';
import type { TaskRow } from '@/model/task.js';
import { compileFilter } from './filter.js';
import type { Page } from './page.js';
import { cutPage } from './page.js';
import { filterKey } from './query-key.js';
import { mergeSnapshots } from './view.js';

type Rows = readonly TaskRow[];

export type Selection = Pick<TaskQuery, 'filter' | 'order' | 'pageSize' | 'page'>;

/** Filtered lists remembered at once. */
const MOST_LISTS = 200;
/** Rows in all of them together; a row costs one pointer. */
const MOST_LISTED_ROWS = 2_000_000;

/** Filtered lists made at once (two at a time take twice as long), and how long a question waits until its own is begun. */
const MOST_MADE = 1;
const PATIENCE = { usualMs: 1_000, standingMs: 50 };

/**
 * Answers pages, and remembers the ordered and filtered lists of the newest set of snapshots, so that a walk
 * or a polling dashboard does not sort and filter anew for each page. Nothing of an earlier set is kept.
 */
export class Selections {
  readonly #places = new Places(MOST_MADE, PATIENCE);
  #lists = this.listsOf([]);

  /**
   * One page of the tasks that match. Hand in all newest snapshots, not only those in scope (the filter leaves
   * the others out): a set that differs from the last one makes everything remembered be forgotten. Sorts and
   * filters in slices, once for all who ask for the same meanwhile. Throws the problem `overloaded` when too many ask for
   * lists that were not made before.
   */
  async select(
    snapshots: readonly Snapshot[],
    selection: Selection,
    after: OrderPosition | null,
  ): Promise<Page> {
    if (!this.#lists.areOf(snapshots)) this.#lists = this.listsOf(snapshots);
    const rows = await this.#lists.matching(selection);
    return cutPage(rows, { ...selection, after });
  }

  /** How those wait who ask for lists that were not made before. */
  get line(): Pick<Places, 'isOverrun' | 'isLate'> {
    return this.#places;
  }

  /** Lets go of the remembered rows at once; called when a snapshot was replaced, it spares the memory of two. */
  clear(): void {
    this.#lists = this.listsOf([]);
  }

  private listsOf(snapshots: readonly Snapshot[]): Lists {
    return new Lists(snapshots, this.#places);
  }
}

/** The lists made of one set of snapshots. */
class Lists {
  readonly #revisions: ReadonlySet<number>;
  readonly #ordered = new Map<TaskOrder, Rows>();
  /** The lists that are being made, by what the finished ones are remembered under. */
  readonly #making = new Map<string, Promise<Rows>>();
  readonly #filtered = new LRUCache<string, Rows>({
    max: MOST_LISTS,
    maxSize: MOST_LISTED_ROWS,
    sizeCalculation: (rows) => rows.length + 1,
  });

  constructor(
    private readonly snapshots: readonly Snapshot[],
    private readonly places: Places,
  ) {
    this.#revisions = new Set(snapshots.map(({ revision }) => revision));
  }

  areOf(snapshots: readonly Snapshot[]): boolean {
    return (
      snapshots.length === this.#revisions.size &&
      snapshots.every(({ revision }) => this.#revisions.has(revision))
    );
  }

  matching({ filter, order }: Selection): Rows | Promise<Rows> {
    if (isUnrestricted(filter)) return this.#inOrder(order);
    const key = filteredKey(filter, order);
    const known = this.#filtered.get(key);
    if (known !== undefined) return known;
    return this.#once(`asked ${key}`, () =>
      this.places.hold(() => Promise.resolve(this.#passing(filter, order))),
    );
  }

  #inOrder(order: TaskOrder): Rows | Promise<Rows> {
    const known = this.#ordered.get(order);
    if (known !== undefined) return known;
    return this.#once(order, async () => {
      const rows = await new Slices().run(mergeSnapshots(this.snapshots, order));
      this.#ordered.set(order, rows);
      return rows;
    });
  }

  #passing(filter: TaskFilter, order: TaskOrder): Rows | Promise<Rows> {
    const key = filteredKey(filter, order);
    const known = this.#filtered.get(key);
    if (known !== undefined) return known;
    return this.#once(key, async () => {
      const matches = compileFilter(filter);
      const candidates = await this.#candidates(filter, order);
      const passing = flatMapInSteps(candidates, (row) => (matches(row.task) ? row : []));
      const rows = await new Slices().run(passing);
      this.#filtered.set(key, rows);
      return rows;
    });
  }

  /**
   * The same few words come back with ever other texts and times (a search as it is typed, a window that
   * moves), so the list for the words alone is remembered too and the rest is looked for in it.
   */
  #candidates(filter: TaskFilter, order: TaskOrder): Rows | Promise<Rows> {
    const { provider, source, status, type, trigger, ...rest } = filter;
    const words = { provider, source, status, type, trigger };
    if (isUnrestricted(words) || isUnrestricted(rest)) return this.#inOrder(order);
    return this.#passing(words, order);
  }

  #once(key: string, make: () => Promise<Rows>): Promise<Rows> {
    const known = this.#making.get(key);
    if (known !== undefined) return known;
    const making = make().finally(() => this.#making.delete(key));
    this.#making.set(key, making);
    return making;
  }
}

function filteredKey(filter: TaskFilter, order: TaskOrder): string {
  return `${order} ${filterKey(filter)}`;
}

function isUnrestricted(filter: TaskFilter): boolean {
  return Object.values(filter).every((wanted) => wanted === undefined);
}
