import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SYSTEM_CLOCK } from '@/model/clock.js';
import { InProcessLease } from '@/snapshots/in-process/in-process-lease.js';
import { InProcessStore } from '@/snapshots/in-process/in-process-store.js';
import { Shelf } from '@/snapshots/in-process/shelf.js';
import type { SourceConfig } from '@/model/source.js';
import { FEED_IN_STORE, Replica, Upstream } from './town.js';

let upstream: Upstream;
let shelf: Shelf;
let store: InProcessStore;
let replicas: Replica[];

beforeEach(() => {
  jest.useFakeTimers({ now: Date.parse('2026-11-20T08:00:00Z') });
  upstream = new Upstream();
  shelf = new Shelf(SYSTEM_CLOCK, Infinity);
  store = new InProcessStore(SYSTEM_CLOCK, Infinity, shelf);
  replicas = [];
});
afterEach(() => {
  for (const replica of replicas) replica.stop();
  jest.restoreAllMocks();
  jest.useRealTimers();
});

function start(source: Partial<SourceConfig> = {}): Replica {
  const replica = new Replica({ upstream, store: store.replica(), source });
  replicas.push(replica);
  return replica;
}

/** Takes the lease away behind its holder's back. */
function takeLease(): void {
  shelf.slot(FEED_IN_STORE).lease = null;
}

const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

/** Asks each replica every half second for so long. */
async function load(asked: readonly Replica[], forMs: number): Promise<void> {
  for (let ms = 0; ms < forMs; ms += 500) {
    for (const replica of asked) void replica.ask();
    await pass(500);
  }
}

describe('replicas that share a store', () => {
  it('read a feed once for all their cold questions', async () => {
    const [a, b, c] = [start(), start(), start()];
    const asked = [a, b, c].flatMap((replica) => Array.from({ length: 100 }, () => replica.ask()));
    await pass(200);
    const answers = await Promise.all(asked);
    expect([upstream.reads, upstream.listings]).toEqual([1, 1]);
    expect(answers.every(({ feeds }) => feeds.length === 1 && feeds[0]?.problem === null)).toBe(true);
    expect([a.shows, b.shows, c.shows]).toEqual([1, 1, 1]);
  });

  it('hear of a new snapshot at once', async () => {
    const [a, b] = [start(), start()];
    void a.ask();
    void b.ask();
    await pass(100);
    void a.ask({ noCache: true });
    await pass(1_100);
    expect([a.shows, b.shows]).toEqual([2, 2]);
  });

  it('serve what another has read, with its age, without a read, when they start', async () => {
    void start().ask();
    await pass(5_000);
    const late = start();
    const answer = late.ask();
    await pass(10);
    expect((await answer).feeds[0]?.snapshot?.fetchTimeMs).toBe(Date.now() - 4_960);
    expect(await answer).toMatchObject({ feeds: [{ problem: null }] });
    expect([upstream.reads, upstream.listings]).toEqual([1, 1]);
  });

  it('answer only-if-cached from what another has read', async () => {
    void start().ask();
    await pass(5_000);
    const answer = start().ask({ onlyIfCached: true });
    await pass(10);
    expect((await answer).feeds).toMatchObject([{ problem: null }]);
    expect(upstream.reads).toBe(1);
  });

  it('wait for the one that reads, and take over what it has read', async () => {
    upstream.manners = { tookMs: 1_500, outcome: 'read' };
    const [a, b] = [start(), start()];
    void a.ask();
    await pass(100);
    const waiting = b.ask();
    await pass(1_500);
    expect((await waiting).feeds).toMatchObject([{ problem: null }]);
    expect(upstream.reads).toBe(1);
  });

  it('leave a failing feed alone together', async () => {
    upstream.manners = { tookMs: 10, outcome: 'failed' };
    const town = [start(), start(), start(), start()];
    await load(town, 60_000);
    const together = upstream.reads;
    for (const replica of town) replica.stop();
    upstream.reads = 0;
    store = new InProcessStore();
    await load([start()], 60_000);
    expect(together).toBeLessThanOrEqual(upstream.reads + 1);
    expect(upstream.reads).toBeGreaterThan(5);
  });

  it('answer with the failure that another has met', async () => {
    const [a, b] = [start(), start()];
    upstream.manners = { tookMs: 500, outcome: 'failed' };
    const answers = Promise.all([a.ask(), b.ask()]);
    await pass(600);
    for (const { feeds } of await answers) {
      expect(feeds).toMatchObject([{ problem: { state: 'FAILED', reason: 'UPSTREAM_ERROR' } }]);
    }
    expect(upstream.reads).toBe(1);
  });

  it('stop a read whose lease was lost, and show what its successor has read', async () => {
    const [a, b] = [start(), start()];
    void a.ask();
    void b.ask();
    await pass(100);
    upstream.manners = { tookMs: 5_000, outcome: 'read' };
    void a.ask({ noCache: true });
    await pass(1_100);
    const [read] = upstream.open;
    upstream.manners = { tookMs: 50, outcome: 'read' };
    takeLease();
    void b.ask({ noCache: true });
    await pass(1_500);
    expect(read?.signal.aborted).toBe(true);
    expect([a.shows, b.shows]).toEqual([3, 3]);
  });
});

describe('a fault of our own', () => {
  it('while an entry is kept is logged, counts as a failure, and does not keep the next read away', async () => {
    const a = start();
    void a.ask();
    await pass(100);
    jest.spyOn(InProcessLease.prototype, 'keep').mockRejectedValueOnce(new Error('a bug'));
    const during = a.ask({ maxAgeMs: 0 });
    await pass(1_100);
    expect((await during).feeds).toMatchObject([{ problem: { state: 'STALE', reason: 'UPSTREAM_ERROR' } }]);
    expect(a.faults).toMatchObject([{ message: 'a bug' }]);
    const after = a.ask({ maxAgeMs: 0 });
    await pass(1_100);
    expect((await after).feeds).toMatchObject([{ problem: null }]);
  });
});

describe('the refresh policy', () => {
  it.each([1, 4])('keeps what is in use fresh, as often for %d replicas as for one', async (count) => {
    const town = Array.from({ length: count }, () => start());
    await load(town, 300_000);
    // 0.8 to 0.9 of 15 s between two reads.
    expect(upstream.reads).toBeGreaterThanOrEqual(22);
    expect(upstream.reads).toBeLessThanOrEqual(26);
    for (const replica of town) {
      expect(await replica.ask()).toMatchObject({ waitedFor: null, feeds: [{ problem: null }] });
    }
  });

  it('never lets a question wait for what is in use', async () => {
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

  it('leaves alone what nobody asks for', async () => {
    void start().ask();
    await pass(60_000);
    const { reads, listings } = upstream;
    expect(reads).toBeLessThanOrEqual(2);
    await pass(3_600_000);
    expect([upstream.reads, upstream.listings]).toEqual([reads, listings]);
  });

  it('keeps warm what is to be kept warm, whether or not anyone asks', async () => {
    const replica = start({ keepWarm: true });
    await pass(120_000);
    expect(upstream.reads).toBeGreaterThanOrEqual(8);
    expect(upstream.listings).toBeGreaterThanOrEqual(2);
    expect(await replica.ask()).toMatchObject({ waitedFor: null, feeds: [{ problem: null }] });
    upstream.manners = { tookMs: 10, outcome: 'failed' };
    await pass(300_000);
    upstream.manners = { tookMs: 10, outcome: 'read' };
    await pass(40_000);
    expect(await replica.ask()).toMatchObject({ waitedFor: null, feeds: [{ problem: null }] });
  });

  it('reads for those who force it at most once a distance, and lets them wait for it', async () => {
    const town = [start(), start()];
    for (const replica of town) void replica.ask();
    await pass(100);
    upstream.reads = 0;
    const answers: Promise<unknown>[] = [];
    for (let ms = 0; ms < 10_000; ms += 20) {
      for (const replica of town) answers.push(replica.ask({ noCache: true }));
      await pass(20);
    }
    await pass(2_000);
    await Promise.all(answers);
    expect(upstream.reads).toBeLessThanOrEqual(11);
    expect(upstream.reads).toBeGreaterThanOrEqual(9);
    expect(await Promise.all(answers)).toEqual(
      answers.map(() => expect.objectContaining({ feeds: [expect.objectContaining({ problem: null })] })),
    );
  });
});
