import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SYSTEM_CLOCK } from '@/model/clock.js';
import { USUAL_FRESHNESS } from '@/model/collection.js';
import { feedName, type Feed } from '@/model/feed.js';
import type { FeedRead, ReadContext, SourceReader } from '@/model/provider.js';
import { Backplane } from './backplane.js';
import { storeNameOfFeed } from './snapshot-codec.js';
import { FallbackStore } from '@/snapshots/fallback/fallback-store.js';
import { InProcessStore } from '@/snapshots/in-process/in-process-store.js';
import { InProcessState } from '@/snapshots/in-process/in-process-state.js';
import type { Entry, SnapshotStore } from '@/snapshots/snapshot-store.js';
import { FEED_IN_STORE, FakeUpstream, SOURCE } from '../../test/support/fake-upstream.js';
import { CollectionReplica } from '../../test/support/collection-replica.js';
import { heldOf } from '../../test/support/garbage.js';

/** Clusters that come and go. Reads of those in `hanging` end when they are aborted. */
class Clusters implements SourceReader {
  names: readonly string[] = [];
  readonly hanging = new Set<string>();
  readonly aborted: string[] = [];

  listFeeds(): ReturnType<SourceReader['listFeeds']> {
    return Promise.resolve({ outcome: 'listed', feeds: this.names.map(feedOf), truncation: null });
  }

  async readFeed({ key }: Feed, { signal }: ReadContext): Promise<FeedRead> {
    if (this.hanging.has(key)) {
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
      });
      // It takes a moment to end.
      await new Promise((resolve) => setTimeout(resolve, 50));
      this.aborted.push(key);
    }
    return {
      ...{ outcome: 'read', rows: [], truncation: null, coveredSince: null },
      ...{ drift: {}, driftExamples: {}, bookmark: null },
    };
  }
}

function feedOf(key: string): Feed {
  const cluster = { id: key, name: null };
  return { name: feedName('s', key), provider: 'p', source: 's', key, cluster };
}

function inStore(key: string): string {
  return storeNameOfFeed(feedOf(key), { source: SOURCE, account: [] });
}

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

let clusters: Clusters;
let shelf: InProcessState;
let replica: CollectionReplica;

function start(store: SnapshotStore): void {
  replica = new CollectionReplica({ upstream: { reader: () => clusters }, store });
}

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-11-20T08:00:00Z') });
  clusters = new Clusters();
  shelf = new InProcessState(SYSTEM_CLOCK, Infinity);
});
afterEach(() => {
  replica.stop();
  vi.useRealTimers();
});

/** Lists 10,000 clusters, a hundred at a time. */
async function comeAndGo(): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    clusters.names = Array.from({ length: 100 }, (_, number) => `${round}-${number}`);
    void replica.ask({ noCache: true });
    await pass(1_100);
  }
}

describe('after 10,000 clusters were added and removed', () => {
  it('the in-process store is empty', async () => {
    const store = new InProcessStore(SYSTEM_CLOCK, Infinity, shelf);
    start(store);
    await comeAndGo();
    expect(store.newest(inStore('99-99'))).not.toBeNull();
    expect(store.newest(inStore('98-99'))).toBeNull();
    expect(store.newest(inStore('0-0'))).toBeNull();
    // The feeds that there are, and the list of them.
    expect(shelf.size).toBe(101);
  });

  it('no removed cluster is reconciled once Redis is back', async () => {
    let comeBack = (): void => undefined;
    const loaded: string[] = [];
    const shared: SnapshotStore = new InProcessStore();
    start(
      new FallbackStore({
        shared: Object.assign(shared, {
          load: (name: string) => {
            loaded.push(name);
            return Promise.resolve(null);
          },
        }),
        local: new InProcessStore(),
        onUp: (listener) => (comeBack = listener),
        random: () => 0,
      }),
    );
    await comeAndGo();
    loaded.length = 0;
    comeBack();
    vi.useRealTimers();
    for (let before = -1; loaded.length === 0 || loaded.length > before;) {
      before = loaded.length;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    // The feeds that there are, and the list of them.
    expect(new Set(loaded).size).toBe(101);
  });
});

describe('a feed that leaves the list while it is read', () => {
  beforeEach(async () => {
    start(new InProcessStore(SYSTEM_CLOCK, Infinity, shelf));
    clusters.names = ['a', 'b'];
    clusters.hanging.add('b');
    void replica.ask();
    await pass(100);
    expect(shelf.slot(inStore('b')).lease).not.toBeNull();
  });

  it('is not read any further, and its lease is released', async () => {
    clusters.names = ['a'];
    void replica.ask({ noCache: true });
    await pass(1_200);
    expect(clusters.aborted).toEqual(['b']);
    expect(shelf.slot(inStore('b')).lease).toBeNull();
  });

  it('is awaited when the process stops', async () => {
    clusters.names = ['a'];
    void replica.ask({ noCache: true });
    await pass(1_000);
    let isStopped = false;
    void replica.collection.stop().then(() => (isStopped = true));
    await pass(10);
    if (clusters.aborted.length === 0) expect(isStopped).toBe(false);
    await pass(100);
    expect([isStopped, clusters.aborted, shelf.slot(inStore('b')).lease]).toEqual([true, ['b'], null]);
  });

  it('is read again when it is listed again', async () => {
    clusters.names = ['a'];
    void replica.ask({ noCache: true });
    await pass(1_200);
    clusters.names = ['a', 'b'];
    clusters.hanging.clear();
    void replica.ask({ noCache: true });
    await pass(3_000);
    const answer = replica.ask();
    await pass(10);
    expect((await answer).feeds).toMatchObject([{ problem: null }, { problem: null }]);
  });
});

describe('requests that waited', () => {
  it.each(['hangs', 'failed'] as const)('leave no listeners behind when the read %s', async (outcome) => {
    const upstream = new FakeUpstream();
    upstream.behaviour = { tookMs: 100, outcome };
    replica = new CollectionReplica({ upstream, store: new InProcessStore() });
    const asked: WeakRef<object>[] = [];
    for (let question = 0; question < 200; question += 1) {
      const freshness = { ...USUAL_FRESHNESS };
      asked.push(new WeakRef(freshness));
      void replica.collection.ensure({}, freshness);
    }
    await pass(2_500);
    vi.useRealTimers();
    expect(await heldOf(asked)).toBeLessThan(5);
  });
});

describe('a read', () => {
  it('leaves no listener on the signal that stops the process', async () => {
    const upstream = new FakeUpstream();
    upstream.behaviour = { tookMs: 0, outcome: 'read' };
    const any = vi.spyOn(AbortSignal, 'any');
    replica = new CollectionReplica({ upstream, store: new InProcessStore() });
    for (let read = 0; read < 50; read += 1) {
      void replica.ask({ noCache: true });
      await pass(1_100);
    }
    expect(upstream.reads).toBeGreaterThan(40);
    expect(any).not.toHaveBeenCalled();
    expect(dependantsOf(replica.runner.stopped)).toBe(0);
  });
});

/** Listeners of a signal, and the signals that `AbortSignal.any` made of it. */
function dependantsOf(signal: AbortSignal): number {
  const symbol = Object.getOwnPropertySymbols(signal).find(
    ({ description }) => description === 'kDependantSignals',
  );
  const dependants = symbol === undefined ? null : (Reflect.get(signal, symbol) as Set<unknown> | null);
  return (dependants?.size ?? 0) + listenersOf(signal);
}

function listenersOf(signal: AbortSignal): number {
  return getEventListeners(signal, 'abort').length;
}

describe('an internal error', () => {
  const NEVER_READ = {
    get fetchTimeMs(): number {
      throw new Error('a bug');
    },
  };

  it.each<[string, (store: InProcessStore) => void]>([
    [
      'when a store cannot be read',
      (store) => {
        let times = 0;
        const load = store.load.bind(store);
        store.load = (name, held): Promise<Entry | null> =>
          name === FEED_IN_STORE && times++ === 0 ? Promise.reject(new Error('a bug')) : load(name, held);
      },
    ],
    [
      'when an entry cannot be decoded',
      (store) => void store.offer(FEED_IN_STORE, { version: 7, head: NEVER_READ, rows: [] }),
    ],
  ])('fails the feed, is logged, and does not last: %s', async (_, spoil) => {
    const upstream = new FakeUpstream();
    const store = new InProcessStore();
    spoil(store);
    replica = new CollectionReplica({ upstream, store });
    void replica.ask({ onlyIfCached: true });
    await pass(100);
    void replica.ask();
    await pass(100);
    expect(replica.errors).toHaveLength(1);
    await pass(5_000);
    const answer = replica.ask();
    await pass(100);
    expect((await answer).feeds).toMatchObject([{ problem: null }]);
    expect(replica.shows).toBeGreaterThan(0);
  });

  it('keeps a list of feeds from being adopted when a feed cannot be created, is logged, and does not last', async () => {
    const upstream = new FakeUpstream();
    const store = new InProcessStore();
    const first = new CollectionReplica({ upstream, store: store.replica() });
    void first.ask();
    await pass(100);
    replica = new CollectionReplica({ upstream, store: store.replica() });
    vi.spyOn(Backplane.prototype, 'subscribe').mockImplementationOnce(() => {
      throw new Error('a bug');
    });
    await pass(100);
    expect(replica.errors).toHaveLength(1);
    expect(replica.collection.status()[0]?.feeds).toMatchObject([{ state: 'LOADING' }]);
    void replica.ask();
    await pass(2_000);
    const answer = replica.ask();
    await pass(100);
    expect((await answer).feeds).toMatchObject([{ problem: null }]);
    first.stop();
  });
});
