import { LRUCache } from 'lru-cache';
import { BySource } from '@/model/by-source.js';
import type { RowsChange } from '@/model/change.js';
import { isSourceInScope } from '@/model/collection.js';
import { orderField, USUAL_ORDER, type OrderPosition, type TaskOrder } from '@/model/order.js';
import { filterKey, type TaskFilter, type TaskQuery } from '@/model/query.js';
import { runCooperatively, yieldToEventLoop } from '@/scheduling/cooperative.js';
import type { Snapshot } from '@/model/snapshot.js';
import type { Bucketing, SummaryQuery } from '@/model/summary.js';
import type { TaskRow } from '@/model/task.js';
import { editOf } from './edit.js';
import { FeedIndex, type Origin } from './feed-index.js';
import { matchingPositions, restrictionsOf, type Restriction } from './filter.js';
import { idHash } from './id-hashes.js';
import { cutPage, type Page, type Run } from './merge.js';
import { SharedTasks, type HiddenRows } from './shared-tasks.js';
import { Calendar } from './summary/calendar.js';
import { bytesOf, summariseFeed, type FeedSummary } from './summary/feed-summary.js';
import { addUp, type Summary } from './summary/summary.js';

export type Selection = Pick<TaskQuery, 'filter' | 'order' | 'pageSize' | 'page'>;

/** Of the lists of matching rows that are remembered: 4 bytes a row. */
const MOST_REMEMBERED_BYTES = 16 * 2 ** 20;
/** What a remembered list costs besides its rows, about. */
const LIST_BYTES = 300;
/** Of the summaries of single feeds that are remembered: 8 bytes a task with a duration. */
const MOST_SUMMARY_BYTES = 32 * 2 ** 20;
/** Each knows some thousand buckets at most. */
const MOST_CALENDARS = 20;

interface IndexedFeed {
  readonly snapshot: Snapshot;
  readonly index: FeedIndex;
}

/**
 * Answers questions from snapshots as if they were one ordered list, which is never made. What is remembered belongs to one
 * feed each, so when a feed changes, only what was made of it is made anew. Does not hold the event loop.
 */
export class View {
  readonly #indexes = new WeakMap<readonly TaskRow[], FeedIndex>();
  readonly #sharedTasks = new BySource(() => new SharedTasks());
  #made = 0;
  readonly #matching = new LRUCache<string, Uint32Array>({
    maxSize: MOST_REMEMBERED_BYTES,
    sizeCalculation: (positions, key) => positions.byteLength + key.length + LIST_BYTES,
  });
  readonly #summaries = new LRUCache<string, RememberedSummary>({
    maxSize: MOST_SUMMARY_BYTES,
    sizeCalculation: ({ summary }, key) => bytesOf(summary) + key.length + LIST_BYTES,
  });
  readonly #calendars = new LRUCache<string, Calendar>({ max: MOST_CALENDARS });

  /**
   * One page of the tasks that match, of the snapshots in the filter's scope. A task that several feeds hold comes once,
   * from the feed whose name sorts first.
   */
  async page(
    snapshots: readonly Snapshot[],
    selection: Selection,
    after: OrderPosition | null,
  ): Promise<Page> {
    const feeds = this.#inScope(snapshots, selection.filter);
    const hidden = await this.#hidden(feeds);
    const question = questionOf(selection.filter, selection.order);
    const runs: Run[] = [];
    for (const { index } of feeds) {
      runs.push(await this.#run(index, question, hidden.get(index)));
      await yieldToEventLoop();
    }
    return cutPage(runs, { ...selection, after });
  }

  /** The tasks that match, counted in groups. A task that several feeds hold counts once, as on pages. */
  async summary(snapshots: readonly Snapshot[], query: SummaryQuery): Promise<Summary> {
    const feeds = this.#inScope(snapshots, query.filter);
    const hidden = await this.#hidden(feeds);
    const calendar = query.bucketing === null ? null : this.#calendarOf(query.bucketing);
    const asked = { ...query, ...questionOf(query.filter, USUAL_ORDER), calendar };
    const summaries: FeedSummary[] = [];
    for (const feed of feeds) {
      summaries.push(await this.#summaryOf(feed, asked, hidden.get(feed.index)));
      await yieldToEventLoop();
    }
    return runCooperatively(addUp(summaries, asked));
  }

  /** The row with this task id, the same one that pages show; null when no snapshot holds it. */
  async find(snapshots: readonly Snapshot[], id: string): Promise<TaskRow | null> {
    const hash = idHash(id);
    for (const { index } of this.#indexed(snapshots)) {
      const hashes = await index.idHashes();
      for (let at = hashes.indexOf(hash); at >= 0; at = hashes.indexOf(hash, at + 1)) {
        const row = index.rows[at];
        if (row?.task.id === id) return row;
      }
    }
    return null;
  }

  /** Forgets what is remembered of other sources. */
  keepOnly(sources: ReadonlySet<string>): void {
    this.#sharedTasks.keepOnly(sources);
  }

  #inScope(snapshots: readonly Snapshot[], filter: TaskFilter): IndexedFeed[] {
    return this.#indexed(snapshots.filter(({ feed }) => isSourceInScope(filter, feed)));
  }

  /** In the order in which feeds may show a task. */
  #indexed(snapshots: readonly Snapshot[]): IndexedFeed[] {
    return snapshots
      .toSorted((a, b) => (a.feed.name < b.feed.name ? -1 : 1))
      .map((snapshot) => ({ snapshot, index: this.#indexOf(snapshot) }));
  }

  #indexOf({ rows, change }: Snapshot): FeedIndex {
    const known = this.#indexes.get(rows);
    if (known !== undefined) return known;
    this.#made += 1;
    const index = new FeedIndex(this.#made, rows, this.#originOf(rows, change));
    this.#indexes.set(rows, index);
    return index;
  }

  /** Nobody asks for the rows before any more: who does so already has their index. */
  #originOf(rows: readonly TaskRow[], change: RowsChange | null): Origin | null {
    const before = change === null ? undefined : this.#indexes.get(change.since);
    if (change === null || before === undefined) return null;
    this.#indexes.delete(change.since);
    return { edit: editOf(change, rows), before };
  }

  async #hidden(feeds: readonly IndexedFeed[]): Promise<HiddenRows> {
    const hidden = new Map<FeedIndex, ReadonlySet<number>>();
    for (const [source, siblings] of bySource(feeds)) {
      if (siblings.size < 2) continue;
      const shared = await this.#sharedTasks.of(source).hidden(siblings);
      for (const [index, positions] of shared) hidden.set(index, positions);
    }
    return hidden;
  }

  async #run(index: FeedIndex, question: Question, hidden: ReadonlySet<number> | undefined): Promise<Run> {
    const times = await index.times(orderField(question.order));
    return { rows: index.rows, times, positions: await this.#shownIn(index, question, hidden) };
  }

  /** Remembered while the feed has the same rows, of which the same are hidden. */
  async #summaryOf(
    { snapshot: { feed }, index }: IndexedFeed,
    asked: AskedSummary,
    hidden: ReadonlySet<number> | undefined,
  ): Promise<FeedSummary> {
    const { unit, by, timeZone } = asked.bucketing ?? {};
    const name = [index.serial, asked.groupBy.join(), unit, by, timeZone, asked.key].join(' ');
    const known = this.#summaries.get(name);
    if (known !== undefined && known.hidden === hidden) return known.summary;
    const positions = await this.#shownIn(index, asked, hidden);
    const summary = await summariseFeed(index, { ...asked, feed, positions });
    this.#summaries.set(name, { hidden, summary });
    return summary;
  }

  #calendarOf({ unit, timeZone }: Bucketing): Calendar {
    const name = `${unit} ${timeZone}`;
    const calendar = this.#calendars.get(name) ?? new Calendar(unit, timeZone);
    this.#calendars.set(name, calendar);
    return calendar;
  }

  /** The positions of the rows that match and are not hidden, along the order; null: all, as they are. */
  async #shownIn(
    index: FeedIndex,
    question: Question,
    hidden: ReadonlySet<number> | undefined,
  ): Promise<Uint32Array | null> {
    const matching = await this.#matchingIn(index, question);
    return hidden === undefined ? matching : without(matching, hidden, index);
  }

  async #matchingIn(index: FeedIndex, { order, restrictions, key }: Question): Promise<Uint32Array | null> {
    const positions = await index.positions(order);
    if (restrictions.length === 0) return positions;
    const name = `${index.serial} ${key}`;
    const known = this.#matching.get(name);
    if (known !== undefined) return known;
    const matching = await matchingPositions(index, positions, restrictions);
    this.#matching.set(name, matching);
    return matching;
  }
}

interface Question {
  readonly order: TaskOrder;
  readonly restrictions: readonly Restriction[];
  /** Names the order and the restrictions. */
  readonly key: string;
}

interface AskedSummary extends Question, SummaryQuery {
  readonly calendar: Calendar | null;
}

interface RememberedSummary {
  readonly hidden: ReadonlySet<number> | undefined;
  readonly summary: FeedSummary;
}

/** Which feeds are asked does not matter to what matches in one of them. */
function questionOf(filter: TaskFilter, order: TaskOrder): Question {
  const { provider: _provider, source: _source, ...rest } = filter;
  return { order, restrictions: restrictionsOf(filter), key: `${order} ${filterKey(rest)}` };
}

function without(
  positions: Uint32Array | null,
  hidden: ReadonlySet<number>,
  { rows }: FeedIndex,
): Uint32Array {
  const all = positions ?? Uint32Array.from(rows.keys());
  return all.filter((position) => !hidden.has(position));
}

function bySource(feeds: readonly IndexedFeed[]): ReadonlyMap<string, ReadonlyMap<string, FeedIndex>> {
  const sources = new Map<string, Map<string, FeedIndex>>();
  for (const { snapshot, index } of feeds) {
    const { source, name } = snapshot.feed;
    const siblings = sources.get(source) ?? new Map<string, FeedIndex>();
    sources.set(source, siblings.set(name, index));
  }
  return sources;
}
