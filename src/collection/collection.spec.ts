import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SYSTEM_CLOCK } from '@/model/clock.js';
import { USUAL_FRESHNESS, type CollectionAnswer, type Freshness } from '@/model/collection.js';
import { diagnosisOf } from '@/model/diagnosis.js';
import { TRUNCATIONS, type FailureReason, type Truncation } from '@/model/failure.js';
import { feedName, type Feed } from '@/model/feed.js';
import type { FeedListing, FeedRead, Provider, ReadContext, SourceReader } from '@/model/provider.js';
import { COVERED_SINCE_EVER } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import { InProcessStore } from '@/snapshots/in-process/in-process-store.js';
import { sourceWith } from '../../test/support/reading.js';
import { Collection } from './collection.js';
import type { CollectionDependencies } from './dependencies.js';
import { ReadRunner } from './read-runner.js';

const DEADLINE = 2_000;
const SPACING = 1_000;

function feed(key: string): Feed {
  return { name: feedName('s', key), provider: 'p', source: 's', key, cluster: null };
}

/** A source whose answers the test decides. */
class ScriptedReader implements SourceReader {
  feeds: FeedListing = { outcome: 'listed', feeds: [feed('a')], truncation: null };
  listings = 0;
  reads = 0;
  signals: AbortSignal[] = [];
  next: (feed: Feed) => FeedRead | Promise<FeedRead> = () => whole();

  listFeeds(): Promise<FeedListing> {
    this.listings += 1;
    return Promise.resolve(this.feeds);
  }

  async readFeed(asked: Feed, context: ReadContext): Promise<FeedRead> {
    this.reads += 1;
    this.signals.push(context.signal);
    context.onCall();
    return this.next(asked);
  }
}

function whole(truncation: Truncation | null = null): FeedRead {
  return {
    outcome: 'read',
    rows: [],
    truncation,
    coveredSince: COVERED_SINCE_EVER,
    drift: {},
    driftExamples: {},
    bookmark: null,
  };
}

function failed(reason: FailureReason, retryAfterMs: number | null = null): FeedRead & FeedListing {
  return { outcome: 'failed', failure: { reason, retryAfterMs, diagnosis: null } };
}

describe('the collection', () => {
  let reader: ScriptedReader;
  let collection: Collection;
  let errors: unknown[];
  let dependencies: CollectionDependencies;
  let skippedMs: number;

  beforeEach(() => {
    vi.useFakeTimers({ now: Date.parse('2026-11-20T08:00:00Z') });
    reader = new ScriptedReader();
    skippedMs = 0;
    const clock = { ...SYSTEM_CLOCK, monotonicMs: () => performance.now() + skippedMs };
    errors = [];
    const source = sourceWith({ id: 's', provider: 'p', minRefreshMs: SPACING });
    const provider = {
      settings: { id: 'p', hasClusters: true, credentials: [] },
      connect: () => reader,
    } as unknown as Provider;
    dependencies = {
      store: new InProcessStore(clock),
      runner: new ReadRunner({ error: (error) => errors.push(error) }),
      clock,
      deadlineMs: DEADLINE,
    };
    collection = new Collection([source], [provider], dependencies);
  });

  afterEach(() => {
    void collection.stop();
    vi.useRealTimers();
  });

  async function ask(freshness: Partial<Freshness> = {}): Promise<CollectionAnswer> {
    const answer = collection.ensure({}, { ...USUAL_FRESHNESS, ...freshness });
    await vi.advanceTimersByTimeAsync(0);
    return answer;
  }

  async function askFor(ms: number, freshness: Partial<Freshness> = {}): Promise<CollectionAnswer> {
    const answer = collection.ensure({}, { ...USUAL_FRESHNESS, ...freshness });
    // With fake timers, a turn of the event loop that a timer asks for comes a millisecond later.
    await vi.advanceTimersByTimeAsync(ms + 1);
    return answer;
  }

  async function failThrice(): Promise<void> {
    for (const afterMs of [0, 0, 1_000]) {
      later(afterMs);
      await ask();
    }
  }

  /** Time passes without questions and timers, so nothing is refreshed ahead. */
  function later(ms: number): void {
    vi.setSystemTime(Date.now() + ms);
    skippedMs += ms;
  }

  function slowly(ms: number): () => Promise<FeedRead> {
    return () => new Promise((resolve) => setTimeout(resolve, ms, whole()));
  }

  it('reads a feed once for any number of simultaneous requests', async () => {
    reader.next = slowly(100);
    const questions = Array.from({ length: 1000 }, () => collection.ensure({}, USUAL_FRESHNESS));
    await vi.advanceTimersByTimeAsync(100);
    const answers = await Promise.all(questions);
    expect(reader.reads).toBe(1);
    expect(reader.listings).toBe(1);
    expect(answers.every(({ feeds }) => feeds[0]?.problem === null)).toBe(true);
    expect(answers.filter(({ collapsed }) => collapsed)).toHaveLength(999);
  });

  it('serves a fresh snapshot without an upstream call', async () => {
    await ask();
    later(14_000);
    expect(await ask()).toMatchObject({ waitedFor: null, feeds: [{ problem: null }] });
    expect(reader.reads).toBe(1);
  });

  it('serves a snapshot up to twice freshFor at once and refreshes it in the background', async () => {
    await ask();
    later(20_000);
    const answer = await ask();
    expect(answer).toMatchObject({ waitedFor: null, feeds: [{ problem: null }] });
    expect(reader.reads).toBe(2);
  });

  it('waits for the refresh of an older snapshot', async () => {
    await ask();
    later(31_000);
    reader.next = slowly(500);
    const answer = await askFor(500);
    expect(answer).toMatchObject({ waitedFor: 'stale', feeds: [{ problem: null }] });
  });

  it('accepts a snapshot that becomes too old while the request waits for another feed', async () => {
    reader.feeds = { outcome: 'listed', feeds: [feed('a'), feed('b')], truncation: null };
    reader.next = ({ key }) => (key === 'a' ? whole() : slowly(200)());
    await askFor(200);
    later(29_900);
    reader.next = ({ key }) => slowly(key === 'a' ? 500 : 1_500)();
    const answer = await askFor(500);
    expect(answer).toMatchObject({ waitedFor: 'stale', feeds: [{ problem: null }, { problem: null }] });
  });

  it('leaves out a feed that is not enabled, tries it now and then, and includes it once it can be read', async () => {
    reader.feeds = { outcome: 'listed', feeds: [feed('a'), feed('b')], truncation: null };
    const diagnosis = diagnosisOf('NOT_ENABLED', { httpStatus: 400 });
    const refused = { reason: 'UPSTREAM_ERROR', retryAfterMs: null, diagnosis } as const;
    let isEnabled = false;
    let asked = 0;
    reader.next = ({ key }) => {
      if (key === 'b') asked += 1;
      return key === 'a' || isEnabled ? whole() : { outcome: 'failed', failure: refused };
    };
    expect((await ask()).feeds).toMatchObject([{ feed: feed('a').name, problem: null }]);
    for (let minutes = 0; minutes < 60; minutes += 1) {
      await vi.advanceTimersByTimeAsync(60_000);
      expect((await ask()).feeds).toHaveLength(1);
    }
    expect(asked).toBeGreaterThan(3);
    expect(asked).toBeLessThan(15);
    expect(collection.status()[0]?.feeds[1]).toMatchObject({ state: 'DISABLED', reason: null });
    isEnabled = true;
    for (let minutes = 0; minutes < 11; minutes += 1) {
      await vi.advanceTimersByTimeAsync(60_000);
      await ask();
    }
    expect((await ask()).feeds).toMatchObject([{ problem: null }, { feed: feed('b').name, problem: null }]);
  });

  it('answers within the deadline when a feed hangs, and reports a time-out', async () => {
    reader.next = () => new Promise(() => undefined);
    const answer = await askFor(DEADLINE);
    expect(answer).toMatchObject({
      waitedFor: 'miss',
      feeds: [{ snapshot: null, problem: { state: 'LOADING', reason: 'TIMEOUT' } }],
    });
  });

  it('waits no longer than the caller asks for', async () => {
    reader.next = slowly(1_500);
    const answer = await askFor(300, { waitMs: 300 });
    expect(answer.feeds[0]?.problem).toMatchObject({ state: 'LOADING', reason: 'TIMEOUT' });
    expect((await askFor(1_200)).feeds[0]?.problem).toBeNull();
    expect(reader.reads).toBe(1);
  });

  it('names no reason while a snapshot that has grown old is read again, until the read is late', async () => {
    await ask();
    later(31_000);
    expect(collection.status()[0]?.feeds[0]).toMatchObject({ state: 'STALE', reason: null });
    reader.next = () => new Promise(() => undefined);
    void ask();
    await vi.advanceTimersByTimeAsync(1);
    expect(collection.status()[0]?.feeds[0]).toMatchObject({ state: 'STALE', reason: null });
    await vi.advanceTimersByTimeAsync(DEADLINE);
    expect(collection.status()[0]?.feeds[0]).toMatchObject({ state: 'STALE', reason: 'TIMEOUT' });
  });

  it('does not wait again for a read that has exceeded a deadline if there is a snapshot', async () => {
    await ask();
    later(31_000);
    reader.next = () => new Promise(() => undefined);
    expect((await askFor(DEADLINE)).feeds[0]?.problem).toMatchObject({ state: 'STALE', reason: 'TIMEOUT' });
    expect(await ask()).toMatchObject({ waitedFor: null, feeds: [{ problem: { state: 'STALE' } }] });
    expect(reader.reads).toBe(2);
  });

  it('keeps a good snapshot when a refresh fails, and marks it stale', async () => {
    await ask();
    const good = (await ask()).feeds[0]?.snapshot;
    later(16_000);
    reader.next = () => failed('THROTTLED');
    await ask();
    const answer = await ask();
    expect(answer.feeds[0]).toMatchObject({ problem: { state: 'STALE', reason: 'THROTTLED' } });
    expect(answer.feeds[0]?.snapshot).toBe(good);
  });

  it('serves nothing older than keepFor', async () => {
    await ask();
    later(86_400_001);
    reader.next = () => failed('UNREACHABLE');
    expect((await ask()).feeds[0]).toMatchObject({
      snapshot: null,
      problem: {
        state: 'FAILED',
        reason: 'UNREACHABLE',
        lastSuccessTimeMs: Date.parse('2026-11-20T08:00:00Z'),
      },
    });
  });

  it('treats a stale snapshot as complete for a caller who accepts its age', async () => {
    await ask();
    later(60_000);
    reader.next = () => failed('UPSTREAM_ERROR');
    await ask();
    expect((await ask({ maxStaleMs: Infinity })).feeds[0]?.problem).toBeNull();
  });

  it('makes no upstream call for only-if-cached', async () => {
    const answer = await ask({ onlyIfCached: true });
    expect(answer.feeds[0]?.problem).toMatchObject({ state: 'LOADING', reason: null });
    expect(reader.listings + reader.reads).toBe(0);
  });

  it('refreshes for no-cache and answers with the result of that refresh', async () => {
    await ask();
    const before = (await ask()).feeds[0]?.snapshot;
    const answer = await askFor(SPACING, { noCache: true });
    expect(reader.reads).toBe(2);
    expect(answer.feeds[0]).toMatchObject({ problem: null });
    expect(answer.feeds[0]?.snapshot).not.toBe(before);
  });

  it('pauses after the second failure in a row, and recovers', async () => {
    reader.next = () => failed('UPSTREAM_ERROR');
    for (let i = 0; i < 10; i += 1) await ask();
    expect(reader.reads).toBe(2);
    reader.next = () => whole();
    later(1_000);
    expect((await ask()).feeds[0]?.problem).toBeNull();
  });

  it('lets no request wait after the third failure in a row, and probes with growing pauses', async () => {
    reader.next = () => failed('UPSTREAM_ERROR');
    await ask();
    await ask();
    for (const pauseMs of [1_000, 2_000, 4_000]) {
      const { reads } = reader;
      later(pauseMs - 1);
      await ask();
      expect(reader.reads).toBe(reads);
      later(1);
      await ask();
      expect(reader.reads).toBe(reads + 1);
    }
    reader.next = () => whole();
    later(8_000);
    // A probe goes out, and nobody waits for it.
    expect(await ask()).toMatchObject({ waitedFor: null, feeds: [{ problem: { state: 'FAILED' } }] });
    expect((await ask()).feeds[0]?.problem).toBeNull();
  });

  it('recovers by itself while it is in use', async () => {
    reader.next = () => failed('UPSTREAM_ERROR');
    await failThrice();
    expect(collection.status()[0]?.feeds[0]?.circuit.state).toBe('OPEN');
    reader.next = () => whole();
    await vi.advanceTimersByTimeAsync(2_100);
    expect(collection.status()[0]?.feeds[0]).toMatchObject({ state: 'FRESH', circuit: { state: 'CLOSED' } });
  });

  it('lets no request wait for a feed that failed repeatedly, even if it hangs', async () => {
    reader.next = () => failed('TIMEOUT');
    await failThrice();
    reader.next = () => new Promise(() => undefined);
    for (let second = 0; second < 20; second += 1) {
      const answer = await ask();
      expect(answer).toMatchObject({ waitedFor: null, feeds: [{ problem: { reason: 'TIMEOUT' } }] });
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(collection.status()[0]?.feeds[0]?.circuit.state).toBe('HALF_OPEN');
  });

  it('lets a request wait again for a failed feed that nobody has asked for in a long time', async () => {
    reader.next = () => failed('UPSTREAM_ERROR');
    await failThrice();
    await vi.advanceTimersByTimeAsync(600_000);
    reader.next = slowly(300);
    expect(await askFor(300)).toMatchObject({ waitedFor: 'miss', feeds: [{ problem: null }] });
  });

  it('pauses for as long as the upstream asks', async () => {
    reader.next = () => failed('THROTTLED', 60_000);
    await ask();
    later(59_000);
    await ask();
    expect(reader.reads).toBe(1);
    later(1_000);
    await ask();
    expect(reader.reads).toBe(2);
  });

  it.each(TRUNCATIONS)(
    'reports a feed that was read partially as truncated, with the reason: %s',
    async (reason) => {
      reader.next = () => whole(reason);
      expect((await ask()).feeds[0]?.problem).toMatchObject({ state: 'TRUNCATED', reason });
    },
  );

  it('reports all feeds of a source as one if they cannot be listed', async () => {
    reader.feeds = failed('FORBIDDEN');
    const answer = await ask();
    expect(answer.feeds).toMatchObject([
      { feed: 'sources/s/feeds/-', snapshot: null, problem: { state: 'FAILED', reason: 'FORBIDDEN' } },
    ]);
    expect(collection.status()[0]?.feeds[0]).toMatchObject({ feed: 'sources/s/feeds/-', state: 'FAILED' });
  });

  it('reports that feeds may be missing if not all could be listed', async () => {
    reader.feeds = { outcome: 'listed', feeds: [feed('a')], truncation: 'LIMIT' };
    expect((await ask()).feeds).toMatchObject([
      { feed: 'sources/s/feeds/-', problem: { state: 'TRUNCATED', reason: 'LIMIT' } },
      { feed: 'sources/s/feeds/a', problem: null },
    ]);
  });

  it('lists the feeds again regularly: new feeds appear, removed feeds disappear, others keep their snapshots', async () => {
    reader.feeds = { outcome: 'listed', feeds: [feed('a'), feed('b')], truncation: null };
    await ask();
    reader.feeds = { outcome: 'listed', feeds: [feed('b'), feed('c')], truncation: null };
    later(60_000);
    await ask();
    expect((await ask()).feeds.map((each) => each.feed)).toEqual([feedName('s', 'b'), feedName('s', 'c')]);
    expect(reader.listings).toBe(2);
  });

  it('lists the feeds again when a read finds that a feed is gone', async () => {
    reader.next = () => failed('NOT_FOUND');
    await ask();
    reader.feeds = { outcome: 'listed', feeds: [], truncation: null };
    await askFor(SPACING);
    expect((await ask()).feeds).toEqual([]);
  });

  it('keeps the old list while listing fails, and reports it once it is too old', async () => {
    await ask();
    reader.feeds = failed('UNREACHABLE');
    later(70_000);
    await ask();
    expect((await ask()).feeds.map((each) => each.feed)).toEqual(['sources/s/feeds/a']);
    later(60_000);
    await ask();
    const answer = await ask();
    expect(answer.feeds[0]).toMatchObject({
      feed: 'sources/s/feeds/-',
      problem: { state: 'STALE', reason: 'UNREACHABLE' },
    });
  });

  it('logs an internal error in a read and counts it as a failed read', async () => {
    reader.next = () => {
      throw new Error('a bug');
    };
    expect((await ask()).feeds[0]?.problem).toMatchObject({ state: 'FAILED', reason: 'UPSTREAM_ERROR' });
    expect(errors).toMatchObject([{ message: 'a bug' }]);
  });

  it('lets a read continue after its request, but not beyond its own timeout', async () => {
    reader.next = () => new Promise(() => undefined);
    await askFor(DEADLINE);
    expect(reader.signals[0]?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(reader.signals[0]?.aborted).toBe(true);
  });

  it('aborts reads when it is stopped', async () => {
    reader.next = () => new Promise(() => undefined);
    await askFor(DEADLINE);
    void collection.stop();
    expect(reader.signals[0]?.aborted).toBe(true);
  });

  it('asks only the sources in scope', async () => {
    const answer = await collection.ensure({ provider: ['other'] }, USUAL_FRESHNESS);
    expect(answer.feeds).toEqual([]);
    expect(reader.listings).toBe(0);
  });

  describe('with feeds that the configuration names', () => {
    const CLUSTERS = ['b', 'a'].map((id) => ({ id, name: null }));

    function collectionOf(clusters: SourceConfig['clusters'], ownReader: SourceReader = reader): Collection {
      const source = sourceWith({ id: 's', provider: 'p', minRefreshMs: SPACING, clusters });
      const provider = {
        settings: { id: 'p', credentials: [] },
        connect: () => ownReader,
      } as unknown as Provider;
      return new Collection([source], [provider], dependencies);
    }

    it('knows them before anyone has asked, and reads none', () => {
      collection = collectionOf(CLUSTERS);
      expect(collection.status()[0]?.feeds).toMatchObject([
        { feed: 'sources/s/feeds/a', state: 'LOADING' },
        { feed: 'sources/s/feeds/b', state: 'LOADING' },
      ]);
      expect(reader.reads).toBe(0);
    });

    it('never lists them, whatever a request asks for', async () => {
      collection = collectionOf(CLUSTERS);
      reader.next = ({ key }) => (key === 'a' ? failed('NOT_FOUND') : whole());
      await ask();
      later(120_000);
      await ask();
      await askFor(SPACING, { noCache: true });
      const feeds = [feed('a').name, feed('b').name];
      expect((await ask({ onlyIfCached: true })).feeds.map((each) => each.feed)).toEqual(feeds);
      expect(collection.status()[0]?.feeds).toHaveLength(2);
      expect(reader.listings).toBe(0);
    });

    it('uses the feeds that a provider knows without a call', async () => {
      const known = Object.assign(new ScriptedReader(), { knownFeeds: [feed('log')] });
      collection = collectionOf(null, known);
      expect((await ask()).feeds).toMatchObject([{ feed: feed('log').name, problem: null }]);
      expect(known.listings).toBe(0);
    });

    it('opens the circuit of the source when several of them fail', async () => {
      collection = collectionOf(CLUSTERS);
      reader.next = () => failed('UNREACHABLE');
      await ask();
      await ask();
      expect(collection.status()[0]?.circuit.state).toBe('OPEN');
    });
  });

  it('counts upstream calls and shows the state of every feed', async () => {
    await ask();
    expect(collection.status()).toMatchObject([
      { id: 's', feeds: [{ feed: 'sources/s/feeds/a', state: 'FRESH', taskCount: 0, upstreamCalls: 1 }] },
    ]);
  });

  describe('with a changed configuration', () => {
    const source = (changes: Partial<SourceConfig> = {}): SourceConfig =>
      sourceWith({ id: 's', provider: 'p', minRefreshMs: SPACING, ...changes });

    it('keeps a source that did not change, with its snapshot', async () => {
      const before = (await ask()).feeds[0]?.snapshot;
      collection.apply([source()]);
      expect((await ask()).feeds[0]?.snapshot).toBe(before);
      expect(reader.reads).toBe(1);
    });

    it('reads a changed source at once, with the snapshot that it has meanwhile', async () => {
      await ask();
      later(10 * SPACING);
      reader.next = slowly(100);
      collection.apply([source({ timeoutMs: 1_234 })]);
      // The read takes longer.
      const { feeds } = await askFor(10);
      expect(feeds[0]?.snapshot).not.toBeNull();
      await vi.advanceTimersByTimeAsync(SPACING);
      expect(reader.reads).toBe(2);
    });

    it('tries a changed source although it failed a moment ago', async () => {
      reader.next = () => failed('UNAUTHORIZED', 3_600_000);
      await failThrice();
      const { reads } = reader;
      reader.next = () => whole();
      collection.apply([source({ credentials: { type: 'token', token: 'new' } })]);
      await ask();
      expect(reader.reads).toBe(reads + 1);
      expect((await ask()).feeds[0]?.problem).toBeNull();
    });

    it('lets the reads under way of a changed source end, and answers those who wait', async () => {
      reader.next = slowly(100);
      const waiting = collection.ensure({}, USUAL_FRESHNESS);
      await vi.advanceTimersByTimeAsync(1);
      collection.apply([source({ timeoutMs: 1_234 })]);
      await vi.advanceTimersByTimeAsync(SPACING + 200);
      expect((await waiting).feeds[0]?.problem).toBeNull();
      expect(reader.signals[0]?.aborted).toBe(false);
    });

    it('forgets a source that is gone', async () => {
      await ask();
      collection.apply([]);
      expect(collection.sourceIdsIn({})).toEqual([]);
      expect(collection.status()).toEqual([]);
      expect((await ask()).feeds).toEqual([]);
    });

    it('changes nothing where a provider does not exist', () => {
      expect(() => {
        collection.apply([source({ id: 'new', provider: 'none' })]);
      }).toThrow('no provider none');
      expect(collection.sourceIdsIn({})).toEqual(['s']);
    });
  });
});
