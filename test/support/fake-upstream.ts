import { storeNameOfFeed } from '@/collection/snapshot-codec.js';
import { feedName, type Feed } from '@/model/feed.js';
import type { FeedRead, ReadContext, SourceReader } from '@/model/provider.js';
import type { Task, TaskRow } from '@/model/task.js';
import { sourceWith } from './reading.js';

export const FEED: Feed = {
  name: feedName('s', 'a'),
  provider: 'p',
  source: 's',
  key: 'a',
  cluster: { id: 'a', name: null },
};

export const SOURCE = sourceWith({ id: 's', provider: 'p' });

/** The name of the feed in stores. */
export const FEED_IN_STORE = storeNameOfFeed(FEED, { source: SOURCE, account: [] });

/** How long a read takes, and whether it fails or never ends. */
export interface Behaviour {
  readonly tookMs: number;
  readonly outcome: 'read' | 'failed' | 'hangs';
}

/** A read in flight. */
export interface OpenRead {
  readonly number: number;
  readonly signal: AbortSignal;
  /** True once the test has removed the reader's lease. */
  leaseLost: boolean;
}

/** An upstream with one feed of one row, which holds the number of the read. */
export class FakeUpstream {
  behaviour: Behaviour = { tookMs: 50, outcome: 'read' };
  reads = 0;
  listings = 0;
  readonly open = new Set<OpenRead>();
  /** When each successful read ended, by its number and the monotonic clock. */
  readonly endedMs: number[] = [];
  /** Reads that started while another replica read under a valid lease. */
  collisions = 0;

  /** The connection of a replica. */
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
    if ([...this.open].some((other) => !other.leaseLost && !other.signal.aborted)) this.collisions += 1;
    this.reads += 1;
    const read: OpenRead = { number: this.reads, signal, leaseLost: false };
    const { tookMs, outcome } = this.behaviour;
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
