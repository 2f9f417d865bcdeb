import type { FeedAnswer, FeedScope, FeedStatus, SourceStatus } from '@/model/collection.js';
import { allFeedsName, type Feed } from '@/model/feed.js';
import { Slices } from '@/model/slices.js';
import type { Snapshot } from '@/model/snapshot.js';
import { InProcessStore } from '@/snapshots/in-process/in-process-store.js';
import { usualDemand, type Demand } from './demand.js';
import { FeedKeeper, NOTHING_KEPT } from './feed-keeper.js';
import type { SourceTools } from './keeper-tools.js';
import { FeedList, loading, type ListTrouble } from './feed-list.js';
import { NewsDesk } from './news-desk.js';

const DISABLED = { state: 'DISABLED', reason: null } as const;

/** So many are asked for without looking at the time. */
const FEEDS_AT_ONCE = 16;

/** Keeps one source: the list of its feeds, and each feed's snapshot. */
export class SourceKeeper {
  readonly #list: FeedList;
  /** null before a first list was taken over. */
  #feeds: readonly FeedKeeper[] | null = null;
  /** Resolves when every list that has come was taken over. */
  #takenOver: Promise<void> = Promise.resolve();
  readonly #slices = new Slices();
  /** Feeds that are no longer listed, until their reads have ended. */
  readonly #leaving = new Set<Promise<void>>();
  /** True when a question that waited for the list is gone: its feeds are read once they are known. */
  #isAwaited = false;

  constructor(private readonly tools: SourceTools) {
    this.#list = new FeedList(tools.feedsAreConfigured ? withOwnStore(tools) : tools, (feeds) => {
      this.#takenOver = this.#takenOver
        .then(() => this.adopt(feeds))
        .catch((fault: unknown) => {
          tools.runner.report(fault);
          // What could not be taken over is listed again.
          this.#list.doubt();
        });
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
    const listing = this.#list.want(demand) ?? (this.isListedOnly ? this.#takenOver : null);
    this.wantFeeds(demand, waits);
    if (listing !== null) waits.push(this.wantListed(listing, demand));
  }

  answers(demand: Demand): FeedAnswer[] {
    const disabled = this.disabled();
    const feeds = this.feedsOf(demand).filter((feed) => !disabled.has(feed));
    const answers = feeds.map((feed) => feed.answer(demand));
    const trouble = demand.feeds === null ? this.trouble(demand) : null;
    return trouble === null ? answers : [this.unlisted(trouble), ...answers];
  }

  newest(): Snapshot[] {
    return this.feeds.flatMap((feed) => feed.newest() ?? []);
  }

  status(): SourceStatus {
    const { id, provider, region, projectId } = this.tools.source;
    const trouble = this.trouble(usualDemand());
    const disabled = this.disabled();
    const feeds = this.feeds.map((feed) =>
      disabled.has(feed) ? { ...feed.status(), ...DISABLED } : feed.status(),
    );
    if (trouble !== null) feeds.unshift(this.unlistedStatus(trouble));
    const circuit = this.tools.circuit.status;
    return { id, provider, region, projectId, circuit, feeds };
  }

  /** Resolves when no read is under way. Wants nothing more. */
  async settled(): Promise<void> {
    await this.#list.settled();
    await this.#takenOver;
    await Promise.all(this.feeds.map((feed) => feed.settled()));
    await Promise.all(this.#leaving);
  }

  private get feeds(): readonly FeedKeeper[] {
    return this.#feeds ?? [];
  }

  /** True from when a first list is known until its feeds have keepers. */
  private get isListedOnly(): boolean {
    return this.#feeds === null && this.#list.isKnown;
  }

  /**
   * Feeds that have only ever been refused as not enabled: no part of what an answer needs to be complete. Only while
   * another feed of the source shows that lists can be read at all: what all feeds answer may be our own mistake.
   */
  private disabled(): ReadonlySet<FeedKeeper> {
    const refused = this.feeds.filter((feed) => feed.isNotEnabled);
    const canBeRead = refused.length > 0 && this.feeds.some((feed) => feed.newest() !== null);
    return new Set(canBeRead ? refused : []);
  }

  private trouble(demand: Demand): ListTrouble | null {
    return this.isListedOnly ? loading(demand) : this.#list.trouble(demand);
  }

  /** Wants the feeds of a list that a question waits for. */
  private async wantListed(listing: Promise<unknown>, demand: Demand): Promise<void> {
    await listing;
    this.#isAwaited ||= demand.isOver;
    await this.#takenOver;
    if (demand.isOver) return;
    const waits: Promise<unknown>[] = [];
    this.wantFeeds(demand, waits);
    await Promise.all(waits);
  }

  /** Wants what a loop has left, in a next slice of the event loop. */
  private async wantRest(rest: readonly FeedKeeper[], demand: Demand): Promise<void> {
    await this.#slices.pause();
    const waits: Promise<unknown>[] = [];
    this.wantEach(rest, demand, waits);
    await Promise.all(waits);
  }

  private wantFeeds(demand: Demand, waits: Promise<unknown>[]): void {
    this.wantEach(this.feedsOf(demand), demand, waits);
  }

  /** Where reads of many feeds begin at once, the last of them begin a little later. */
  private wantEach(feeds: readonly FeedKeeper[], demand: Demand, waits: Promise<unknown>[]): void {
    for (const [index, feed] of feeds.entries()) {
      if (index >= FEEDS_AT_ONCE && this.#slices.isUsedUp) {
        waits.push(this.wantRest(feeds.slice(index), demand));
        return;
      }
      const reading = feed.want(demand);
      if (reading !== null) waits.push(reading);
    }
  }

  private feedsOf(demand: Demand): readonly FeedKeeper[] {
    return this.feeds.filter((keeper) => demand.isAbout(keeper.feed.name));
  }

  /** Clusters that were found by listing may be gone. */
  private doubtList(): void {
    if (this.tools.source.clusters === null) this.#list.doubt();
  }

  /**
   * Takes over a new list, in slices of the event loop: there may be thousands. Feeds that stay keep their keepers, and
   * so their snapshots.
   */
  private async adopt(feeds: readonly Feed[]): Promise<void> {
    const held = new Map(this.feeds.map((keeper) => [keeper.feed.name, keeper]));
    const keepers: FeedKeeper[] = [];
    for (const feed of [...feeds].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const keeper = held.get(feed.name) ?? this.keeperOf(feed);
      keeper.feed = feed;
      held.delete(feed.name);
      keepers.push(keeper);
      await this.#slices.pause();
    }
    this.#feeds = keepers;
    for (const gone of held.values()) this.letGo(gone);
    if (!this.#isAwaited) return;
    this.#isAwaited = false;
    this.wantFeeds(usualDemand(), []);
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
      ...this.#list.drift,
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
