import { isDeepStrictEqual } from 'node:util';
import {
  isSourceInScope,
  type FeedAnswer,
  type FeedProblem,
  type FeedScope,
  type SourceStatus,
} from '@/model/collection.js';
import { clusterFeeds, type Feed } from '@/model/feed.js';
import type { ListedResource } from '@/model/listed-resource.js';
import { isTimeSliceUsed, yieldToEventLoop } from '@/scheduling/cooperative.js';
import type { Snapshot } from '@/model/snapshot.js';
import type { SourceConfig } from '@/model/source.js';
import { CachedFeed } from './cached-feed.js';
import type { SourceDependencies } from './dependencies.js';
import { FeedDirectory } from './feed-directory.js';
import { Inventory } from './inventory.js';
import { usualRequest, type FreshnessRequest } from './freshness-request.js';

const DISABLED = { state: 'DISABLED', reason: null } as const;

/** This many feeds are asked for before the time they take is looked at. */
const FEEDS_AT_ONCE = 16;

/** What an upstream lists, and the two lists that it was made of. */
interface ListedTogether {
  readonly clusters: readonly ListedResource[];
  readonly members: readonly ListedResource[];
  readonly all: readonly ListedResource[];
}

/** One source with its feeds: those that the configuration names, or those that are found by listing. */
export class Source {
  /** null if the feeds are known without asking the upstream. */
  readonly #directory: FeedDirectory | null;
  /** null if the configuration does not ask for it, or the upstream has none. */
  readonly #inventory: Inventory | null;
  #feeds: readonly CachedFeed[];
  /** The clusters of the newest list of feeds. */
  #clusters: { readonly of: readonly CachedFeed[]; readonly listed: readonly ListedResource[] } | null = null;
  #listed: ListedTogether | null = null;
  /** Feeds that are no longer listed, until their reads have been aborted. */
  readonly #ending = new Set<Promise<void>>();
  /** True if a question that waited for the list is over: its feeds are read once they are known. */
  #isAwaited = false;

  constructor(private readonly dependencies: SourceDependencies) {
    const { reader, source } = dependencies;
    const known = reader.knownFeeds ?? (source.clusters && clusterFeeds(source, source.clusters));
    this.#feeds = byName(known ?? []).map((feed) => this.cachedFeed(feed));
    this.#directory = known === null ? new FeedDirectory(dependencies, (feeds) => this.adopt(feeds)) : null;
    const inventory = source.hasInventory ? reader.inventory : undefined;
    this.#inventory = inventory === undefined ? null : new Inventory(inventory, dependencies);
  }

  get id(): string {
    return this.dependencies.source.id;
  }

  get config(): SourceConfig {
    return this.dependencies.source;
  }

  /** True if the source is in the scope of a question. */
  isWithin(scope: FeedScope): boolean {
    const { provider, id } = this.dependencies.source;
    return isSourceInScope(scope, { provider, source: id });
  }

  /** Starts every read that a question needs, and adds what the question must wait for to `waits`. */
  refreshFor(request: FreshnessRequest, waits: Promise<void>[]): void {
    const listing = this.#directory?.refreshFor(request) ?? null;
    this.refreshEach(this.feedsOf(request), request, waits);
    if (listing !== null) waits.push(this.refreshListed(listing, request));
    const inventory = request.inventories ? (this.#inventory?.refreshFor(request) ?? null) : null;
    if (inventory !== null) waits.push(inventory);
  }

  answers(request: FreshnessRequest): FeedAnswer[] {
    const disabled = this.disabled();
    const feeds = this.feedsOf(request).filter((feed) => !disabled.has(feed));
    const answers = feeds.map((feed) => feed.answer(request));
    const unlisted = request.feeds === null ? (this.#directory?.answer(request) ?? null) : null;
    return unlisted === null ? answers : [unlisted, ...answers];
  }

  /** What is wrong with the inventory; null if nothing is, or the request is not about it. */
  inventoryProblem(request: FreshnessRequest): FeedProblem | null {
    return request.inventories ? (this.#inventory?.problem(request) ?? null) : null;
  }

  newest(): Snapshot[] {
    return this.#feeds.flatMap((feed) => feed.newest() ?? []);
  }

  /** Its clusters and the members of its inventory; the same object while the upstream lists the same ones. */
  listedResources(): readonly ListedResource[] {
    const clusters = this.listedClusters();
    if (this.#inventory === null) return clusters;
    const { resources: members } = this.#inventory;
    if (this.#listed?.clusters !== clusters || this.#listed.members !== members) {
      this.#listed = { clusters, members, all: [...clusters, ...members] };
    }
    return this.#listed.all;
  }

  status(): SourceStatus {
    const { id, provider, region, projectId } = this.dependencies.source;
    const disabled = this.disabled();
    const feeds = this.#feeds.map((feed) =>
      disabled.has(feed) ? { ...feed.status(), ...DISABLED } : feed.status(),
    );
    const unlisted = this.#directory?.status() ?? null;
    if (unlisted !== null) feeds.unshift(unlisted);
    if (this.#inventory !== null) feeds.push(this.#inventory.status());
    const circuit = this.dependencies.sourceBreaker.status;
    return { id, provider, region, projectId, circuit, feeds };
  }

  /** Resolves when no read is in flight. No read is planned any more. */
  async settled(): Promise<void> {
    await this.#directory?.settled();
    await this.#inventory?.settled();
    await Promise.all(this.#feeds.map((feed) => feed.settled()));
    await Promise.all(this.#ending);
  }

  /** Ends once the reads in flight have ended: questions may wait for them. */
  async end(): Promise<void> {
    await this.settled();
    await Promise.all([
      this.#directory?.end(),
      this.#inventory?.end(),
      ...this.#feeds.map((feed) => feed.end()),
    ]);
  }

  /** The same object while the upstream lists the same ones. */
  private listedClusters(): readonly ListedResource[] {
    const before = this.#clusters;
    if (before?.of === this.#feeds) return before.listed;
    const now = this.clusters();
    const listed = before !== null && isDeepStrictEqual(now, before.listed) ? before.listed : now;
    this.#clusters = { of: this.#feeds, listed };
    return listed;
  }

  private clusters(): ListedResource[] {
    const { id: source, provider, region, projectId } = this.dependencies.source;
    const { clusterType } = this.dependencies.reader;
    return this.#feeds.flatMap(({ feed: { cluster } }) =>
      clusterType === undefined || cluster === null
        ? []
        : [{ source, provider, type: clusterType, ...cluster, cluster, region, projectId }],
    );
  }

  /**
   * Feeds that the upstream has only ever refused as not enabled. Answers are complete without them, but only if
   * another feed of the source could be read: if all are refused, the mistake may be ours.
   */
  private disabled(): ReadonlySet<CachedFeed> {
    const refused = this.#feeds.filter((feed) => feed.isNotEnabled);
    const canBeRead = refused.length > 0 && this.#feeds.some((feed) => feed.newest() !== null);
    return new Set(canBeRead ? refused : []);
  }

  /** Refreshes the feeds of a list that a question waits for. */
  private async refreshListed(listing: Promise<void>, request: FreshnessRequest): Promise<void> {
    await listing;
    this.#isAwaited ||= request.isOver;
    await this.#directory?.adopted;
    if (!request.isOver) await this.refreshAll(this.feedsOf(request), request);
  }

  private async refreshAll(feeds: readonly CachedFeed[], request: FreshnessRequest): Promise<void> {
    const waits: Promise<void>[] = [];
    this.refreshEach(feeds, request, waits);
    await Promise.all(waits);
  }

  /** If many reads start together, the last of them start in later turns of the event loop. */
  private refreshEach(feeds: readonly CachedFeed[], request: FreshnessRequest, waits: Promise<void>[]): void {
    for (const [index, feed] of feeds.entries()) {
      if (index >= FEEDS_AT_ONCE && isTimeSliceUsed()) {
        const rest = feeds.slice(index);
        waits.push(yieldToEventLoop().then(() => this.refreshAll(rest, request)));
        return;
      }
      const reading = feed.refreshFor(request);
      if (reading !== null) waits.push(reading);
    }
  }

  private feedsOf(request: FreshnessRequest): readonly CachedFeed[] {
    return this.#feeds.filter(({ feed }) => request.isAbout(feed.name));
  }

  /**
   * Takes over a new list, in slices of the event loop, as there may be thousands of feeds. Feeds that stay keep their
   * snapshots.
   */
  private async adopt(feeds: readonly Feed[]): Promise<void> {
    const before = new Map(this.#feeds.map((cached) => [cached.feed.name, cached]));
    const adopted: CachedFeed[] = [];
    for (const feed of byName(feeds)) {
      const cached = before.get(feed.name) ?? this.cachedFeed(feed);
      cached.feed = feed;
      before.delete(feed.name);
      adopted.push(cached);
      await yieldToEventLoop();
    }
    this.#feeds = adopted;
    for (const gone of before.values()) this.endFeed(gone);
    if (!this.#isAwaited) return;
    this.#isAwaited = false;
    this.refreshEach(adopted, usualRequest(), []);
  }

  private cachedFeed(feed: Feed): CachedFeed {
    return new CachedFeed(feed, this.dependencies, () => {
      this.#directory?.markOutdated();
    });
  }

  private endFeed(feed: CachedFeed): void {
    const ending = feed.end().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}

function byName(feeds: readonly Feed[]): readonly Feed[] {
  return [...feeds].sort((a, b) => (a.name < b.name ? -1 : 1));
}
