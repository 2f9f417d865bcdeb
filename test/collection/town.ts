import { Collection } from '@/collection/collection.js';
import { NewsDesk } from '@/collection/news-desk.js';
import { ReadRunner } from '@/collection/read-runner.js';
import { Revisions } from '@/collection/revisions.js';
import { storeNameOfFeed } from '@/collection/store-name.js';
import { SYSTEM_CLOCK, type Clock } from '@/model/clock.js';
import { USUAL_FRESHNESS, type CollectionAnswer, type Freshness } from '@/model/collection.js';
import { feedName, type Feed } from '@/model/feed.js';
import type { FeedRead, Provider, ReadContext, SourceReader } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import type { Task, TaskRow } from '@/model/task.js';
import type { SnapshotStore } from '@/snapshots/snapshot-store.js';
import { sourceWith } from '../support/reading.js';

export const FEED: Feed = {
  name: feedName('s', 'a'),
  provider: 'p',
  source: 's',
  key: 'a',
  cluster: { id: 'a', name: null },
};

export const SOURCE = sourceWith({ id: 's', provider: 'p' });

/** The name under which stores keep the feed. */
export const FEED_IN_STORE = storeNameOfFeed(FEED, SOURCE);

/** How the upstream behaves: how long a read takes, and whether it fails or never ends. */
export interface Manners {
  readonly tookMs: number;
  readonly outcome: 'read' | 'failed' | 'hangs';
}

/** A read that goes on. */
export interface OpenRead {
  readonly number: number;
  readonly signal: AbortSignal;
  /** True once the test has taken the reader's lease away behind its back. */
  bereft: boolean;
}

/** An upstream with one feed of one row, which tells the number of the read that brought it. */
export class Upstream {
  manners: Manners = { tookMs: 50, outcome: 'read' };
  reads = 0;
  listings = 0;
  readonly open = new Set<OpenRead>();
  /** When each read that brought something ended, by its number and the monotonic clock. */
  readonly endedMs: number[] = [];
  /** Reads that began while another went on whose reader was in good standing. */
  collisions = 0;

  /** A replica's connection. */
  reader(): SourceReader {
    return {
      listFeeds: () => {
        this.listings += 1;
        return Promise.resolve({ outcome: 'listed', feeds: [FEED], truncation: null });
      },
      readFeed: (_feed, context) => this.read(context),
    };
  }

  private async read({ signal, onCall }: ReadContext): Promise<FeedRead> {
    onCall();
    if ([...this.open].some((other) => !other.bereft && !other.signal.aborted)) this.collisions += 1;
    this.reads += 1;
    const read: OpenRead = { number: this.reads, signal, bereft: false };
    const { tookMs, outcome } = this.manners;
    this.open.add(read);
    const ended = await end(outcome === 'hangs' ? Infinity : tookMs, signal);
    this.open.delete(read);
    if (!ended || outcome === 'failed') return failure(ended ? 'UPSTREAM_ERROR' : 'TIMEOUT');
    this.endedMs[read.number] = performance.now();
    const rows = [row(read.number)];
    return {
      outcome: 'read',
      rows,
      truncation: null,
      coveredSince: null,
      drift: {},
      driftExamples: {},
      bookmark: null,
    };
  }
}

/** Resolves to true after that time, to false once aborted. */
function end(ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = ms === Infinity ? undefined : setTimeout(resolve, ms, true);
    const abort = (): void => {
      clearTimeout(timer);
      resolve(false);
    };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
  });
}

function failure(reason: 'UPSTREAM_ERROR' | 'TIMEOUT'): FeedRead {
  return { outcome: 'failed', failure: { reason, retryAfterMs: null, diagnosis: null } };
}

function row(number: number): TaskRow {
  return { task: { id: 's.1', nativeId: String(number) } as Task, raw: {} };
}

/** What a replica is made from. */
export interface ReplicaParts {
  readonly upstream: Upstream;
  readonly store: SnapshotStore;
  readonly clock?: Clock;
  readonly source?: Partial<SourceConfig>;
}

/** The part of a gateway that keeps snapshots. */
export class Replica {
  readonly collection: Collection;
  readonly desk: NewsDesk;
  readonly runner: ReadRunner;
  readonly faults: unknown[] = [];

  constructor({ upstream, store, clock = SYSTEM_CLOCK, source = {} }: ReplicaParts) {
    const settings = { ...SOURCE, ...source };
    const provider = {
      settings: { id: 'p', hasClusters: true },
      connect: () => upstream.reader(),
    } as unknown as Provider;
    this.desk = new NewsDesk(store);
    this.runner = new ReadRunner({ error: (fault) => this.faults.push(fault) });
    this.collection = new Collection([settings], [provider], {
      store,
      desk: this.desk,
      runner: this.runner,
      revisions: new Revisions(),
      clock,
      deadlineMs: 2_000,
    });
  }

  ask(freshness: Partial<Freshness> = {}): Promise<CollectionAnswer> {
    return this.collection.ensure({}, { ...USUAL_FRESHNESS, ...freshness }, null);
  }

  /** The number of the read that the newest snapshot comes from; 0 where there is none. */
  get shows(): number {
    return Number(this.collection.newest()[0]?.rows[0]?.task.nativeId ?? 0);
  }

  /** How old it says that its snapshot is; null where there is none. */
  get ageMs(): number | null {
    return this.collection.status()[0]?.feeds.find(({ feed }) => feed === FEED.name)?.ageMs ?? null;
  }

  stop(): void {
    void this.collection.stop();
  }
}
