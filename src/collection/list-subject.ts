import { clusterName } from '@/model/cluster-name.js';
import { allFeedsName, feedName, type Feed } from '@/model/feed.js';
import type { ListedFeeds } from '@/model/provider.js';
import { CLUSTER_ID, type SourceConfig } from '@/model/source.js';
import { isEpochMs } from '@/model/time.js';
import type { Content, Entry } from '@/snapshots/snapshot-store.js';
import type { SourceTools } from './keeper-tools.js';
import { parseDrift, parseExamples, parseTruncation } from './snapshot-head.js';
import type { Attempt, ReadWish, Subject } from './subject.js';
import { storeNameOfList } from './store-name.js';

/** How often the clusters of a source are listed again while it is in use. */
export const RELIST_AFTER_MS = 60_000;

/** A listing may take this many times the time-out of one call. */
const CALLS_IN_A_ROW = 3;

interface ListHead extends Omit<ListedFeeds, 'outcome'> {
  /** When the listing ended, epoch milliseconds. */
  readonly fetchTimeMs: number;
}

/** The list of a source's feeds, as something that is read and kept. */
export class ListSubject implements Subject<ListedFeeds> {
  readonly name: string;
  readonly feedName: string;
  readonly freshForMs = RELIST_AFTER_MS;
  readonly spacingMs: number;
  #calls = 0;

  constructor(private readonly tools: SourceTools) {
    this.name = storeNameOfList(tools.source);
    this.feedName = allFeedsName(tools.source.id);
    this.spacingMs = tools.source.minRefreshMs;
  }

  /** What the store has may come from elsewhere, so it is held to the same rules as a listing. */
  #isAllowed(feeds: readonly unknown[]): feeds is readonly Feed[] {
    const { feedsAreConfigured, source } = this.tools;
    if (feedsAreConfigured) return feeds.every(isFeed);
    return feeds.length <= source.discovery.maxClusters && feeds.every((feed) => isFound(feed, source));
  }

  /** Upstream calls made for the list by this process. */
  get calls(): number {
    return this.#calls;
  }

  read({ lost, trace }: ReadWish): Promise<Attempt> {
    const { source, reader, runner, clock } = this.tools;
    const onCall = (): void => {
      this.#calls += 1;
    };
    const boundMs = source.timeoutMs * CALLS_IN_A_ROW;
    return runner.run<Attempt>({ boundMs, trace, lost, onCall, previous: null }, async (context) => {
      const listing = await reader.listFeeds(context);
      if (listing.outcome === 'failed') return { failure: listing.failure };
      const { outcome: _, ...listed } = listing;
      const head: ListHead = { ...listed, fetchTimeMs: clock.wallMs() };
      return { content: { head, rows: [], endedMs: clock.monotonicMs() } satisfies Content };
    });
  }

  decode({ head }: Entry): { value: ListedFeeds; fetchTimeMs: number } | null {
    const parsed = parseListHead(head, (feeds) => this.#isAllowed(feeds));
    if (parsed === null) return null;
    const { fetchTimeMs, ...listed } = parsed;
    return { value: { outcome: 'listed', ...listed }, fetchTimeMs };
  }
}

/** null for anything that is no head of a list, or whose feeds are not allowed. */
function parseListHead(
  head: unknown,
  isAllowed: (feeds: readonly unknown[]) => feeds is readonly Feed[],
): ListHead | null {
  if (typeof head !== 'object' || head === null) return null;
  const { feeds, fetchTimeMs, drift, driftExamples } = head as Partial<Record<keyof ListHead, unknown>>;
  const truncation = parseTruncation(head);
  if (!Array.isArray(feeds) || truncation === undefined || !isAllowed(feeds)) return null;
  if (!isEpochMs(fetchTimeMs)) return null;
  const drifted = { drift: parseDrift(drift), driftExamples: parseExamples(driftExamples) };
  return { feeds, truncation, fetchTimeMs, ...drifted };
}

/** `sources/{source}/feeds/{feed}`: the parts of a feed have 63 and 64 characters at most. */
const LONGEST_NAME = 256;

function isFeed(feed: unknown): feed is Feed {
  if (typeof feed !== 'object' || feed === null) return false;
  const { name, provider, source, key } = feed as Partial<Record<keyof Feed, unknown>>;
  return [name, provider, source, key].every(
    (text) => typeof text === 'string' && text.length <= LONGEST_NAME,
  );
}

/** True for the feed of a cluster as this source may find it. */
function isFound(feed: unknown, { id, provider }: SourceConfig): feed is Feed {
  if (!isFeed(feed) || feed.source !== id || feed.provider !== provider) return false;
  return CLUSTER_ID.test(feed.key) && feed.name === feedName(id, feed.key) && isClusterOf(feed);
}

function isClusterOf({ cluster, key }: Feed): boolean {
  if (cluster === null) return true;
  const { id, name } = cluster as { readonly id: unknown; readonly name: unknown };
  return id === key && (name === null || (typeof name === 'string' && clusterName(name) === name));
}
