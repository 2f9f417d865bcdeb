import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SYSTEM_CLOCK } from '@/model/clock.js';
import { InProcessStore } from '@/snapshots/in-process/in-process-store.js';
import { FakeUpstream } from '../../test/support/fake-upstream.js';
import { CollectionReplica } from '../../test/support/collection-replica.js';

const HOUR_MS = 3_600_000;
/** Reads continue within this time after a step of the clock. */
const SOON_MS = 5_000;

let upstream: FakeUpstream;
let replica: CollectionReplica;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-11-20T08:00:00Z') });
  upstream = new FakeUpstream();
  upstream.behaviour = { tookMs: 10, outcome: 'read' };
  replica = new CollectionReplica({ upstream, store: new InProcessStore() });
});
afterEach(() => {
  replica.stop();
  vi.useRealTimers();
});

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

/** Sets the clock of the machine; nothing else happens. */
function step(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

/** Asks every half second for the given time. */
async function load(forMs: number): Promise<void> {
  for (let ms = 0; ms < forMs; ms += 500) {
    void replica.ask();
    await pass(500);
  }
}

function feedStatus(): { readonly ageMs: number | null } | undefined {
  return replica.collection.status()[0]?.feeds[0];
}

describe('a clock that is set back by an hour', () => {
  it('does not make an old snapshot fresh', async () => {
    void replica.ask();
    await pass(60_000);
    step(-HOUR_MS);
    const before = upstream.reads;
    expect(feedStatus()).toMatchObject({ state: 'STALE' });
    // It was read once more while it was in use.
    expect(feedStatus()?.ageMs).toBeGreaterThan(40_000);
    const answer = replica.ask();
    await pass(20);
    expect(await answer).toMatchObject({ waitedFor: 'stale', feeds: [{ problem: null }] });
    expect(upstream.reads).toBe(before + 1);
  });

  it('does not delay the reads of a feed in use', async () => {
    await load(20_000);
    const before = upstream.reads;
    step(-HOUR_MS);
    await load(16_000);
    expect(upstream.reads).toBe(before + 1);
  });

  it('does not serve a snapshot that is too old', async () => {
    void replica.ask();
    await pass(25 * HOUR_MS);
    step(-HOUR_MS);
    await pass(1_000);
    expect(replica.shows).toBe(0);
  });

  it.each([
    ['busy', 1],
    ['idle for a moment', 2_000],
  ])('does not lengthen the pauses of a failing feed: %s', async (_, idleMs) => {
    upstream.behaviour = { tookMs: 10, outcome: 'failed' };
    await load(2_000);
    await pass(idleMs);
    step(-HOUR_MS);
    upstream.reads = 0;
    await load(SOON_MS);
    expect(upstream.reads).toBeGreaterThan(0);
  });

  it('does not delay a feed that has recovered', async () => {
    void replica.ask();
    await pass(1_000);
    upstream.behaviour = { tookMs: 10, outcome: 'failed' };
    await load(40_000);
    step(-HOUR_MS);
    upstream.behaviour = { tookMs: 10, outcome: 'read' };
    const before = upstream.reads;
    await load(30_000);
    expect(upstream.reads).toBeGreaterThan(before);
    expect(feedStatus()).toMatchObject({ state: 'FRESH' });
  });

  it('does not delay the next listing of feeds', async () => {
    await load(50_000);
    step(-HOUR_MS);
    await load(20_000);
    expect(upstream.listings).toBe(2);
  });
});

describe('a clock that is set forward', () => {
  it.each([HOUR_MS, 400 * 24 * HOUR_MS])('by %d ms causes every feed to be read again', async (ms) => {
    void replica.ask();
    await pass(1_000);
    step(ms);
    void replica.ask();
    await pass(1_000);
    expect(upstream.reads).toBe(2);
    step(-ms);
    expect(feedStatus()).toMatchObject({ state: 'FRESH' });
  });
});

describe('replicas whose clocks differ by an hour, on a store that does not know ages', () => {
  const behind = { ...SYSTEM_CLOCK, wallMs: () => Date.now() - HOUR_MS };
  let store: InProcessStore;

  beforeEach(() => {
    store = new InProcessStore();
  });

  function start(clock = SYSTEM_CLOCK): CollectionReplica {
    const own = store.replica();
    const load = own.load.bind(own);
    own.load = async (name, held) => {
      const entry = await load(name, held);
      return entry && { ...entry, endedMs: undefined };
    };
    return new CollectionReplica({ upstream, store: own, clock });
  }

  it('do not treat a snapshot from the future as fresh, because its age is not known', async () => {
    const ahead = start();
    void ahead.ask();
    await pass(100);
    expect(upstream.reads).toBe(1);
    const other = start(behind);
    void other.ask();
    await pass(1_100);
    expect(upstream.reads).toBeGreaterThan(1);
    ahead.stop();
    other.stop();
  });

  it('use the announced age at once, and do not read in turns', async () => {
    const both = [start(), start(behind)];
    for (let ms = 0; ms < 60_000; ms += 500) {
      for (const each of both) void each.ask();
      await pass(500);
    }
    expect(upstream.reads).toBeLessThanOrEqual(12);
    for (const each of both) each.stop();
  });
});
