import { changeBetween, isUnchanged } from '@/model/change.js';
import type { Feed } from '@/model/feed.js';
import type { PreviousRead } from '@/model/provider.js';
import type { Snapshot } from '@/model/snapshot.js';
import type { SourceConfig } from '@/model/source.js';
import type { Content, Entry } from '@/snapshots/snapshot-store.js';
import type { SourceTools } from './keeper-tools.js';
import type { Attempt, ReadWish, Subject } from './subject.js';
import { parseSnapshotHead, snapshotHead } from './snapshot-head.js';
import { storeNameOfFeed } from './store-name.js';

/** A feed read may take this many times the time-out of one call. */
const CALLS_IN_A_ROW = 30;

/** The longest that the read of a feed may take, milliseconds. */
export function longestReadMs({ timeoutMs }: Pick<SourceConfig, 'timeoutMs'>): number {
  return CALLS_IN_A_ROW * timeoutMs;
}

/** A feed, as something that is read and kept. */
export class FeedSubject implements Subject<Snapshot> {
  readonly name: string;
  readonly freshForMs: number;
  readonly spacingMs: number;
  #calls = 0;

  constructor(
    public feed: Feed,
    private readonly tools: SourceTools,
  ) {
    const { freshForMs, minRefreshMs } = tools.source;
    this.name = storeNameOfFeed(feed, tools.source);
    this.freshForMs = freshForMs;
    this.spacingMs = Math.min(minRefreshMs, freshForMs);
  }

  get feedName(): string {
    return this.feed.name;
  }

  /** Upstream calls made for the feed by this process. */
  get calls(): number {
    return this.#calls;
  }

  read({ lost, trace, previous }: ReadWish): Promise<Attempt> {
    const { source, reader, runner, clock } = this.tools;
    const run = {
      boundMs: longestReadMs(source),
      trace,
      lost,
      previous: previousRead(previous),
      onCall: () => {
        this.#calls += 1;
      },
    };
    return runner.run<Attempt>(run, async (context) => {
      const read = await reader.readFeed(this.feed, context);
      if (read.outcome === 'failed') return { failure: read.failure };
      const head = snapshotHead(read, clock.wallMs());
      return { content: { head, rows: read.rows, endedMs: clock.monotonicMs() } satisfies Content };
    });
  }

  decode({ head, rows }: Entry, newest: Snapshot | null): { value: Snapshot; fetchTimeMs: number } | null {
    const parsed = parseSnapshotHead(head);
    if (parsed === null) return null;
    const { bookmark: _, fetchTimeMs, ...told } = parsed;
    const local = Math.min(fetchTimeMs, this.tools.clock.wallMs());
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
        isSame && newest.coveredSince === told.coveredSince ? newest.revision : this.tools.revisions.next(),
    };
    return { value, fetchTimeMs };
  }
}

function previousRead(entry: Entry | null): PreviousRead | null {
  const head = entry === null ? null : parseSnapshotHead(entry.head);
  if (entry === null || head === null) return null;
  const { fetchTimeMs: _time, coveredSince: _since, ...read } = head;
  return { rows: entry.rows, ...read };
}
