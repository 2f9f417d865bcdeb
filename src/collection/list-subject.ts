import { allFeedsName, type Feed } from '@/model/feed.js';
import type { ListedFeeds } from '@/model/provider.js';
import type { Content, Entry } from '@/snapshots/snapshot-store.js';
import type { SourceTools } from './keeper-tools.js';
import { parseTruncation } from './snapshot-head.js';
import type { Attempt, ReadWish, Subject } from './subject.js';
import { storeNameOfList } from './store-name.js';

/** How often the clusters of a source are listed again while it is in use. */
export const RELIST_AFTER_MS = 60_000;

/** A listing may take this many times the time-out of one call. */
const CALLS_IN_A_ROW = 3;

interface ListHead extends Pick<ListedFeeds, 'feeds' | 'truncation'> {
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

  /** What the store has may come from elsewhere, so it is held to the same limit as a listing. */
  get #mostFeeds(): number {
    const { feedsAreConfigured, source } = this.tools;
    return feedsAreConfigured ? Infinity : source.discovery.maxClusters;
  }

  /** Upstream calls made for the list by this process. */
  get calls(): number {
    return this.#calls;
  }

  read({ lost, traceparent }: ReadWish): Promise<Attempt> {
    const { source, reader, runner, clock } = this.tools;
    const onCall = (): void => {
      this.#calls += 1;
    };
    const boundMs = source.timeoutMs * CALLS_IN_A_ROW;
    return runner.run<Attempt>({ boundMs, traceparent, lost, onCall, previous: null }, async (context) => {
      const listing = await reader.listFeeds(context);
      if (listing.outcome === 'failed') return { failure: listing.failure };
      const { feeds, truncation } = listing;
      const head: ListHead = { feeds, truncation, fetchTimeMs: clock.wallMs() };
      return { content: { head, rows: [], endedMs: clock.monotonicMs() } satisfies Content };
    });
  }

  decode({ head }: Entry): { value: ListedFeeds; fetchTimeMs: number } | null {
    const parsed = parseListHead(head, this.#mostFeeds);
    if (parsed === null) return null;
    const { feeds, truncation, fetchTimeMs } = parsed;
    return { value: { outcome: 'listed', feeds, truncation }, fetchTimeMs };
  }
}

/** null for anything that is no head of a list, or has more feeds than it may. */
function parseListHead(head: unknown, mostFeeds: number): ListHead | null {
  if (typeof head !== 'object' || head === null) return null;
  const { feeds, fetchTimeMs } = head as Partial<Record<keyof ListHead, unknown>>;
  const truncation = parseTruncation(head);
  if (!Array.isArray(feeds) || feeds.length > mostFeeds || !feeds.every(isFeed)) return null;
  if (truncation === undefined) return null;
  return Number.isFinite(fetchTimeMs) ? { feeds, truncation, fetchTimeMs: fetchTimeMs as number } : null;
}

function isFeed(feed: unknown): feed is Feed {
  if (typeof feed !== 'object' || feed === null) return false;
  const { name, provider, source, key } = feed as Partial<Record<keyof Feed, unknown>>;
  return [name, provider, source, key].every((text) => typeof text === 'string');
}
