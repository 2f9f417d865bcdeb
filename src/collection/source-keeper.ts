import type { FeedAnswer, FeedScope, FeedStatus, SourceStatus } from '@/model/collection.js';
import { allFeedsName, type Feed } from '@/model/feed.js';
import type { Snapshot } from '@/model/snapshot.js';
import { InProcessStore } from '@/snapshots/in-process/in-process-store.js';
import { usualDemand, type Demand } from './demand.js';
import { FeedKeeper, NOTHING_KEPT } from './feed-keeper.js';
import type { SourceTools } from './keeper-tools.js';
import { FeedList, type ListTrouble } from './feed-list.js';
import { NewsDesk } from './news-desk.js';

/** Keeps one source: the list of its feeds, and each feed's snapshot. */
export class SourceKeeper {
  readonly #list: FeedList;
  #feeds: readonly FeedKeeper[] = [];
  /** Feeds that are no longer listed, until their reads have ended. */
  readonly #leaving = new Set<Promise<void>>();
  /** True when a question that waited for the list is gone: its feeds are read once they are known. */
  #isAwaited = false;

  constructor(private readonly tools: SourceTools) {
    this.#list = new FeedList(tools.feedsAreConfigured ? withOwnStore(tools) : tools, (feeds) => {
      this.adopt(feeds);
    });
  }

  /** True when the source belongs to what a question is about. */
  isWithin(scope: FeedScope): boolean {
    return (
      (scope.provider?.includes(this.tools.source.provider) ?? true) &&
      (scope.source?.includes(this.tools.source.id) ?? true)
    );
  }

  /** Starts every read that a question needs and adds what it must wait for. */
  want(demand: Demand, waits: Promise<unknown>[]): void {
    const listing = this.#list.want(demand);
    this.wantFeeds(demand, waits);
    if (listing === null) return;
    waits.push(
      listing.then(() => {
        this.#isAwaited ||= demand.isOver;
        if (demand.isOver) return [];
        const added: Promise<unknown>[] = [];
        this.wantFeeds(demand, added);
        return Promise.all(added);
      }),
    );
  }

  answers(demand: Demand): FeedAnswer[] {
    const answers = this.feedsOf(demand).map((feed) => feed.answer(demand));
    const trouble = demand.feeds === null ? this.#list.trouble(demand) : null;
    return trouble === null ? answers : [this.unlisted(trouble), ...answers];
  }

  newest(): Snapshot[] {
    return this.#feeds.flatMap((feed) => feed.newest() ?? []);
  }

  status(): SourceStatus {
    const { id, provider, region, projectId } = this.tools.source;
    const trouble = this.#list.trouble(usualDemand());
    const feeds = this.#feeds.map((feed) => feed.status());
    if (trouble !== null) feeds.unshift(this.unlistedStatus(trouble));
    const circuit = this.tools.circuit.status;
    return { id, provider, region, projectId, circuit, feeds };
  }

  /** Resolves when no read is under way. Wants nothing more. */
  async settled(): Promise<void> {
    await Promise.all([this.#list, ...this.#feeds].map((each) => each.settled()));
    await Promise.all(this.#leaving);
  }

  private wantFeeds(demand: Demand, waits: Promise<unknown>[]): void {
    for (const feed of this.feedsOf(demand)) {
      const reading = feed.want(demand);
      if (reading !== null) waits.push(reading);
    }
  }

  private feedsOf(demand: Demand): readonly FeedKeeper[] {
    return this.#feeds.filter((keeper) => demand.isAbout(keeper.feed.name));
  }

  /** Clusters that were found by listing may be gone. */
  private doubtList(): void {
    if (this.tools.source.clusters === null) this.#list.doubt();
  }

  /** Takes over a new list: feeds that stay keep their keepers, and so their snapshots. */
  private adopt(feeds: readonly Feed[]): void {
    const held = new Map(this.#feeds.map((keeper) => [keeper.feed.name, keeper]));
    this.#feeds = [...feeds]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((feed) => {
        const keeper = held.get(feed.name) ?? this.keeperOf(feed);
        keeper.feed = feed;
        held.delete(feed.name);
        return keeper;
      });
    for (const gone of held.values()) this.letGo(gone);
    if (!this.#isAwaited) return;
    this.#isAwaited = false;
    for (const feed of this.#feeds) void feed.want(usualDemand());
  }

  private keeperOf(feed: Feed): FeedKeeper {
    return new FeedKeeper(feed, this.tools, () => {
      this.doubtList();
    });
  }

  private letGo(keeper: FeedKeeper): void {
    const leaving = keeper.forget().finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
  }

  /** While the feeds cannot be listed, all of them together stand in the answer as one. */
  private unlisted(trouble: ListTrouble): FeedAnswer {
    const feed = allFeedsName(this.tools.source.id);
    return {
      feed,
      snapshot: null,
      agesFrom: null,
      problem: { feed, ...trouble, lastSuccessTimeMs: this.#list.lastSuccessMs },
      freshForMs: this.tools.source.freshForMs,
    };
  }

  private unlistedStatus(trouble: ListTrouble): FeedStatus {
    return {
      feed: allFeedsName(this.tools.source.id),
      ...trouble,
      diagnosis: this.#list.diagnosisOf(trouble.reason),
      ...NOTHING_KEPT,
      ageMs: null,
      lastSuccessTimeMs: this.#list.lastSuccessMs,
      lastErrorTimeMs: this.#list.lastErrorMs,
      upstreamCalls: this.#list.calls,
      circuit: this.#list.circuitStatus,
    };
  }
}

/** Feeds that the configuration names are no matter for other replicas, whose configuration may be another. */
function withOwnStore(tools: SourceTools): SourceTools {
  const store = new InProcessStore(tools.clock);
  return { ...tools, store, desk: new NewsDesk(store) };
}
