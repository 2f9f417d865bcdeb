import { changeBetween, isUnchanged } from '@/model/change.js';
import type { Feed } from '@/model/feed.js';
import type { PreviousRead } from '@/model/provider.js';
import type { Snapshot } from '@/model/snapshot.js';
import type { SourceConfig } from '@/model/source.js';
import type { Content, Entry } from '@/snapshots/snapshot-store.js';
import type { CacheableResource, ReadOptions, ReadResult } from './cacheable-resource.js';
import type { SourceDependencies } from './dependencies.js';
import { noteRowsRead } from './spans.js';
import { parseSnapshotHead, snapshotHead, storeNameOfFeed } from './snapshot-codec.js';

/** A feed read may take this many times the timeout of one call. */
const CALLS_IN_A_ROW = 30;

/** The longest that the read of a feed may take, milliseconds. */
export function longestReadMs({ timeoutMs }: Pick<SourceConfig, 'timeoutMs'>): number {
  return CALLS_IN_A_ROW * timeoutMs;
}

/** How a feed is read, and how its snapshot is decoded. */
export class FeedResource implements CacheableResource<Snapshot> {
  readonly name: string;
  readonly freshForMs: number;
  readonly minRefreshMs: number;
  #calls = 0;
  /** What the feed was said to be when its newest own read began, as JSON. */
  #readAs = '';

  constructor(
    public feed: Feed,
    private readonly dependencies: SourceDependencies,
  ) {
    const { freshForMs, minRefreshMs } = dependencies.source;
    this.name = storeNameOfFeed(feed, dependencies);
    this.freshForMs = freshForMs;
    this.minRefreshMs = Math.min(minRefreshMs, freshForMs);
  }

  get feedName(): string {
    return this.feed.name;
  }

  /** The number of upstream calls that this process has made for the feed. */
  get calls(): number {
    return this.#calls;
  }

  read({ signals, previous, isPreviousOwn }: ReadOptions): Promise<ReadResult> {
    const { source, reader, runner, clock } = this.dependencies;
    const readAs = JSON.stringify(this.feed);
    const isReusable = isPreviousOwn && this.#readAs === readAs;
    this.#readAs = readAs;
    const options = {
      timeoutMs: longestReadMs(source),
      signals,
      previous: previousRead(previous, isReusable),
      onCall: () => {
        this.#calls += 1;
      },
    };
    return runner.run<ReadResult>(options, async (context) => {
      const read = await reader.readFeed(this.feed, context);
      if (read.outcome === 'failed') return { failure: read.failure };
      noteRowsRead(read.rows.length);
      const head = snapshotHead(read, clock.wallMs());
      return { content: { head, rows: read.rows, endedMs: clock.monotonicMs() } satisfies Content };
    });
  }

  decode({ head, rows }: Entry, newest: Snapshot | null): { value: Snapshot; fetchTimeMs: number } | null {
    const parsed = parseSnapshotHead(head);
    if (parsed === null) return null;
    const { bookmark: _, fetchTimeMs, ...told } = parsed;
    const local = Math.min(fetchTimeMs, this.dependencies.clock.wallMs());
    const change = newest === null ? null : changeBetween(newest.rows, rows);
    const isSame = newest !== null && change !== null && isUnchanged(change);
    const value = {
      feed: this.feed,
      // What was made of rows that did not change stays good.
      rows: isSame ? newest.rows : rows,
      change,
      fetchTimeMs: local,
      ...told,
      revision:
        isSame && newest.coveredSince === told.coveredSince
          ? newest.revision
          : this.dependencies.revisions.next(),
    };
    return { value, fetchTimeMs };
  }
}

function previousRead(entry: Entry | null, isReusable: boolean): PreviousRead | null {
  const head = entry === null ? null : parseSnapshotHead(entry.head);
  if (entry === null || head === null) return null;
  const { fetchTimeMs: _time, coveredSince: _since, ...read } = head;
  return { rows: entry.rows, isReusable, ...read };
}
