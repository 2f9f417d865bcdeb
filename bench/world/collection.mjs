import { changedRows, firstRows, listedCluster, makeFeed, NOW_MS, snapshotOf } from './feeds.mjs';
import { product } from './product.mjs';

const { FeedCollection } = await product('model/collection.js');
const { changeBetween } = await product('model/change.js');
const { momentOf, SYSTEM_CLOCK } = await product('model/clock.js');

/** So many rows of a feed, streams where it has any, have moved at each read. */
const STREAMS = 20;
const FRESH_FOR_MS = 3_600_000;

/** It begins when the newest tasks have ended, and goes on from there. */
const START_MS = NOW_MS + 3_600_000;
export const CLOCK_OF_WORLD = { ...SYSTEM_CLOCK, wallMs: () => START_MS + Math.floor(performance.now()) };

/** Feeds of these kinds in turn. */
export async function makeCollection({ feeds: count, kinds, ...settings }) {
  const feeds = [];
  for (let number = 0; number < count; number += 1) {
    const made = makeFeed(number, { ...settings, kind: kinds[number % kinds.length] });
    feeds.push(await fetched(made, { rows: await firstRows(made), change: null }));
  }
  return new MadeCollection(feeds);
}

function fetched(made, { rows, change }) {
  const snapshot = snapshotOf(made, { rows, change, fetchTimeMs: CLOCK_OF_WORLD.wallMs() });
  return { made, snapshot, agesFrom: momentOf(CLOCK_OF_WORLD) };
}

/** Feeds that are always fresh, and change when they are told to. */
class MadeCollection extends FeedCollection {
  key = 'all';
  deadlineMs = 2_000;
  #turn = 0;
  #sources = new Map();
  #listed = new Map();

  constructor(feeds) {
    super();
    this.feeds = feeds;
    for (const { made } of feeds) {
      const { id } = made.source;
      this.#sources.set(id, made.source);
      this.#listed.set(id, [...(this.#listed.get(id) ?? []), ...listedCluster(made)]);
    }
  }

  ensure(scope) {
    const ids = new Set(this.sourceIdsIn(scope));
    const within = this.feeds.filter(({ made }) => ids.has(made.source.id));
    const feeds = within
      .map(({ snapshot, agesFrom }) => ({
        feed: snapshot.feed.name,
        snapshot,
        agesFrom,
        problem: null,
        freshForMs: FRESH_FOR_MS,
      }))
      .sort((a, b) => (a.feed < b.feed ? -1 : 1));
    return Promise.resolve({ feeds, waitedFor: null, collapsed: false });
  }

  sourceIdsIn({ source }) {
    return [...this.#sources.keys()].filter((id) => source?.includes(id) ?? true);
  }

  listResources() {
    return this.#listed;
  }

  newest() {
    return this.feeds.map(({ snapshot }) => snapshot);
  }

  status() {
    const feeds = Map.groupBy(this.feeds, ({ snapshot }) => snapshot.feed.source);
    return [...this.#sources.values()].map((source) => ({
      ...source,
      feeds: feeds.get(source.id).map(({ snapshot }) => ({ feed: snapshot.feed.name, state: 'FRESH' })),
    }));
  }

  /** One feed after the other has a new snapshot, in which rows that did not change are the same objects. */
  async change(changed) {
    this.#turn += 1;
    const at = (this.#turn * 37) % this.feeds.length;
    const { made, snapshot } = this.feeds[at];
    const numbers = new Set(Array.from({ length: STREAMS }, (_, row) => row));
    for (let index = 0; index < changed; index += 1) {
      numbers.add((this.#turn * 811 + index * 97) % made.rowCount);
    }
    const fresh = await changedRows(made, [...numbers], this.#turn);
    const byId = new Map(fresh.map((row) => [row.task.id, row]));
    const rows = snapshot.rows.map((row) => byId.get(row.task.id) ?? row);
    this.feeds[at] = await fetched(made, { rows, change: changeBetween(snapshot.rows, rows) });
  }
}
