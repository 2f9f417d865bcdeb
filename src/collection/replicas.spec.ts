import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SYSTEM_CLOCK } from '@/model/clock.js';
import { InProcessLease, InProcessStore } from '@/snapshots/in-process/in-process-store.js';
import { InProcessState } from '@/snapshots/in-process/in-process-state.js';
import type { SourceConfig } from '@/model/source.js';
import { FEED_IN_STORE, FakeUpstream } from '../../test/support/fake-upstream.js';
import { CollectionReplica } from '../../test/support/collection-replica.js';

let upstream: FakeUpstream;
let shelf: InProcessState;
let store: InProcessStore;
let replicas: CollectionReplica[];

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-11-20T08:00:00Z') });
  upstream = new FakeUpstream();
  shelf = new InProcessState(SYSTEM_CLOCK, Infinity);
  store = new InProcessStore(SYSTEM_CLOCK, Infinity, shelf);
  replicas = [];
});
afterEach(() => {
  for (const replica of replicas) replica.stop();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function start(source: Partial<SourceConfig> = {}): CollectionReplica {
  const replica = new CollectionReplica({ upstream, store: store.replica(), source });
  replicas.push(replica);
  return replica;
}

/** Removes the lease without telling its holder. */
function removeLease(): void {
  shelf.slot(FEED_IN_STORE).lease = null;
}

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

/** Asks each replica every half second for so long. */
async function load(asked: readonly CollectionReplica[], forMs: number): Promise<void> {
  for (let ms = 0; ms < forMs; ms += 500) {
    for (const replica of asked) void replica.ask();
    await pass(500);
  }
}

describe('replicas that share a store', () => {
  it('read a feed once for all requests of a cold start', async () => {
    const [a, b, c] = [start(), start(), start()];
    const asked = [a, b, c].flatMap((replica) => Array.from({ length: 100 }, () => replica.ask()));
    await pass(200);
    const answers = await Promise.all(asked);
    expect([upstream.reads, upstream.listings]).toEqual([1, 1]);
    expect(answers.every(({ feeds }) => feeds.length === 1 && feeds[0]?.problem === null)).toBe(true);
    expect([a.shows, b.shows, c.shows]).toEqual([1, 1, 1]);
  });

  it('adopt a new snapshot at once', async () => {
    const [a, b] = [start(), start()];
    void a.ask();
    void b.ask();
    await pass(100);
    void a.ask({ noCache: true });
    await pass(1_100);
    expect([a.shows, b.shows]).toEqual([2, 2]);
  });

  it('serve what another replica has read, with its age and without a read, when they start', async () => {
    void start().ask();
    await pass(5_000);
    const late = start();
    const answer = late.ask();
    await pass(10);
    expect((await answer).feeds[0]?.snapshot?.fetchTimeMs).toBe(Date.now() - 4_960);
    expect(await answer).toMatchObject({ feeds: [{ problem: null }] });
    expect([upstream.reads, upstream.listings]).toEqual([1, 1]);
  });

  it('answer only-if-cached from what another replica has read', async () => {
    void start().ask();
    await pass(5_000);
    const answer = start().ask({ onlyIfCached: true });
    await pass(10);
    expect((await answer).feeds).toMatchObject([{ problem: null }]);
    expect(upstream.reads).toBe(1);
  });

  it('wait for the replica that reads, and adopt its snapshot', async () => {
    upstream.behaviour = { tookMs: 1_500, outcome: 'read' };
    const [a, b] = [start(), start()];
    void a.ask();
    await pass(100);
    const waiting = b.ask();
    await pass(1_500);
    expect((await waiting).feeds).toMatchObject([{ problem: null }]);
    expect(upstream.reads).toBe(1);
  });

  it('share the backoff of a failing feed', async () => {
    upstream.behaviour = { tookMs: 10, outcome: 'failed' };
    const group = [start(), start(), start(), start()];
    await load(group, 60_000);
    const together = upstream.reads;
    for (const replica of group) replica.stop();
    upstream.reads = 0;
    store = new InProcessStore();
    await load([start()], 60_000);
    expect(together).toBeLessThanOrEqual(upstream.reads + 1);
    expect(upstream.reads).toBeGreaterThan(5);
  });

  it('answer with the failure of another replica', async () => {
    const [a, b] = [start(), start()];
    upstream.behaviour = { tookMs: 500, outcome: 'failed' };
    const answers = Promise.all([a.ask(), b.ask()]);
    await pass(600);
    for (const { feeds } of await answers) {
      expect(feeds).toMatchObject([{ problem: { state: 'FAILED', reason: 'UPSTREAM_ERROR' } }]);
    }
    expect(upstream.reads).toBe(1);
  });

  it('stop a read whose lease was lost, and show the snapshot of the next holder', async () => {
    const [a, b] = [start(), start()];
    void a.ask();
    void b.ask();
    await pass(100);
    upstream.behaviour = { tookMs: 5_000, outcome: 'read' };
    void a.ask({ noCache: true });
    await pass(1_100);
    const [read] = upstream.open;
    upstream.behaviour = { tookMs: 50, outcome: 'read' };
    removeLease();
    void b.ask({ noCache: true });
    await pass(1_500);
    expect(read?.signal.aborted).toBe(true);
    expect([a.shows, b.shows]).toEqual([3, 3]);
  });
});

describe('an internal error', () => {
  it('while an entry is stored is logged, counts as a failure, and does not prevent the next read', async () => {
    const a = start();
    void a.ask();
    await pass(100);
    vi.spyOn(InProcessLease.prototype, 'keep').mockRejectedValueOnce(new Error('a bug'));
    const during = a.ask({ maxAgeMs: 0 });
    await pass(1_100);
    expect((await during).feeds).toMatchObject([{ problem: { state: 'STALE', reason: 'UPSTREAM_ERROR' } }]);
    expect(a.errors).toMatchObject([{ message: 'a bug' }]);
    const after = a.ask({ maxAgeMs: 0 });
    await pass(1_100);
    expect((await after).feeds).toMatchObject([{ problem: null }]);
  });
});

describe('the refresh policy', () => {
  it.each([1, 4])(
    'keeps feeds in use fresh, with as many reads for %d replicas as for one',
    async (count) => {
      const group = Array.from({ length: count }, () => start());
      await load(group, 300_000);
      // 0.8 to 0.9 of 15 s between two reads.
      expect(upstream.reads).toBeGreaterThanOrEqual(22);
      expect(upstream.reads).toBeLessThanOrEqual(26);
      for (const replica of group) {
        expect(await replica.ask()).toMatchObject({ waitedFor: null, feeds: [{ problem: null }] });
      }
    },
  );

  it('never lets a request wait for a feed in use', async () => {
    const replica = start();
    void replica.ask();
    await pass(1_000);
    for (let second = 0; second < 100; second += 1) {
      const answer = replica.ask();
      await pass(1_000);
      const { waitedFor, feeds } = await answer;
      expect(waitedFor).toBeNull();
      expect(Date.now() - (feeds[0]?.snapshot?.fetchTimeMs ?? 0)).toBeLessThan(16_000);
    }
  });

  it('does not read feeds that nobody asks for', async () => {
    void start().ask();
    await pass(60_000);
    const { reads, listings } = upstream;
    expect(reads).toBeLessThanOrEqual(2);
    await pass(3_600_000);
    expect([upstream.reads, upstream.listings]).toEqual([reads, listings]);
  });

  it('keeps a source with keepWarm fresh, whether or not anyone asks', async () => {
    const replica = start({ keepWarm: true });
    await pass(120_000);
    expect(upstream.reads).toBeGreaterThanOrEqual(8);
    expect(upstream.listings).toBeGreaterThanOrEqual(2);
    expect(await replica.ask()).toMatchObject({ waitedFor: null, feeds: [{ problem: null }] });
    upstream.behaviour = { tookMs: 10, outcome: 'failed' };
    await pass(300_000);
    upstream.behaviour = { tookMs: 10, outcome: 'read' };
    await pass(40_000);
    expect(await replica.ask()).toMatchObject({ waitedFor: null, feeds: [{ problem: null }] });
  });

  it('reads at most once per minRefreshInterval for requests that force it, and lets them wait', async () => {
    const group = [start(), start()];
    for (const replica of group) void replica.ask();
    await pass(100);
    upstream.reads = 0;
    const answers: Promise<unknown>[] = [];
    for (let ms = 0; ms < 10_000; ms += 20) {
      for (const replica of group) answers.push(replica.ask({ noCache: true }));
      await pass(20);
    }
    await pass(2_000);
    await Promise.all(answers);
    expect(upstream.reads).toBeLessThanOrEqual(11);
    expect(upstream.reads).toBeGreaterThanOrEqual(9);
    expect(await Promise.all(answers)).toEqual(
      answers.map((): unknown =>
        expect.objectContaining({ feeds: [expect.objectContaining({ problem: null })] }),
      ),
    );
  });
});
