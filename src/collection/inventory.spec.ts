import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SYSTEM_CLOCK } from '@/model/clock.js';
import {
  USUAL_FRESHNESS,
  type CollectionAnswer,
  type FeedStatus,
  type Freshness,
} from '@/model/collection.js';
import type { FailureReason } from '@/model/failure.js';
import { feedName, type Feed } from '@/model/feed.js';
import type { InventoryMember, ListedResource } from '@/model/listed-resource.js';
import { COVERED_SINCE_EVER, type FeedRead, type InventoryRead, type Provider } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import { InProcessStore } from '@/snapshots/in-process/in-process-store.js';
import { sourceWith } from '../../test/support/reading.js';
import { Collection } from './collection.js';
import { ReadRunner } from './read-runner.js';

const MINUTE_MS = 60_000;
const FEED: Feed = {
  name: feedName('s', 'a'),
  provider: 'p',
  source: 's',
  key: 'a',
  cluster: { id: 'a', name: 'main' },
};
const VAULTS = 'sources/s/feeds/vaults';
const CLUSTER = { type: 'cluster', id: 'a' };

function member(id: string, name: string | null = null): InventoryMember {
  return { type: 'server', id, name, cluster: null };
}

function listing(...members: InventoryMember[]): InventoryRead {
  return { outcome: 'read', members, truncation: null, drift: {}, driftExamples: {} };
}

function failed(reason: FailureReason): FeedRead & InventoryRead {
  return { outcome: 'failed', failure: { reason, retryAfterMs: null, diagnosis: null } };
}

/** A source with one feed and an inventory, whose answers the test decides. */
class ScriptedUpstream {
  reads = 0;
  inventory: () => InventoryRead = () => listing(member('x'));
  feed: () => FeedRead = () => ({
    outcome: 'read',
    rows: [],
    truncation: null,
    coveredSince: COVERED_SINCE_EVER,
    drift: {},
    driftExamples: {},
    bookmark: null,
  });

  readonly provider = {
    settings: { id: 'p', credentials: [] },
    connect: () => ({
      knownFeeds: [FEED],
      clusterType: CLUSTER.type,
      readFeed: () => Promise.resolve(this.feed()),
      inventory: {
        key: 'vaults',
        read: ({ onCall }: { onCall: () => void }) => {
          this.reads += 1;
          onCall();
          return Promise.resolve(this.inventory());
        },
      },
    }),
  } as unknown as Provider;
}

let upstream: ScriptedUpstream;
let skippedMs: number;
let store: InProcessStore;
let collection: Collection;
const started: Collection[] = [];
const clock = { ...SYSTEM_CLOCK, monotonicMs: () => performance.now() + skippedMs };

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-11-20T08:00:00Z') });
  upstream = new ScriptedUpstream();
  skippedMs = 0;
  store = new InProcessStore(clock);
  collection = start();
});
afterEach(() => {
  for (const each of started.splice(0)) void each.stop();
  vi.useRealTimers();
});

function sourceOf(changes: Partial<SourceConfig> = {}): SourceConfig {
  return sourceWith({ id: 's', provider: 'p', hasInventory: true, ...changes });
}

function start(changes: Partial<SourceConfig> = {}, of = store): Collection {
  const runner = new ReadRunner({
    error: (error) => {
      throw error;
    },
  });
  const made = new Collection([sourceOf(changes)], [upstream.provider], {
    ...{ store: of, runner, clock, deadlineMs: 2_000 },
  });
  started.push(made);
  return made;
}

interface Asked extends Partial<Freshness> {
  readonly of?: Collection;
  readonly inventories?: true;
}

async function ask({ of = collection, inventories, ...freshness }: Asked = {}): Promise<CollectionAnswer> {
  const scope = inventories === undefined ? {} : { inventories };
  const answer = of.ensure(scope, { ...USUAL_FRESHNESS, ...freshness });
  // A turn of the event loop takes a millisecond of fake time.
  await vi.advanceTimersByTimeAsync(2);
  return answer;
}

const askForResources = (asked: Asked = {}): Promise<CollectionAnswer> =>
  ask({ ...asked, inventories: true });

/** Time passes without questions and timers. */
function later(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
  skippedMs += ms;
}

function resources(of = collection): readonly ListedResource[] {
  return of.listResources({}).get('s') ?? [];
}

function statusOf(name: string): FeedStatus | undefined {
  return collection.status()[0]?.feeds.find(({ feed }) => feed === name);
}

const inventoryProblems = async (): Promise<unknown> => (await askForResources()).inventoryProblems;

describe('an inventory', () => {
  it('is read for questions about it, and for no others', async () => {
    expect(await ask()).toMatchObject({ inventoryProblems: [], feeds: [{ problem: null }] });
    expect([upstream.reads, resources().length]).toEqual([0, 1]);
    expect(await askForResources()).toMatchObject({ inventoryProblems: [], waitedFor: 'miss' });
    expect(upstream.reads).toBe(1);
    expect(resources()).toMatchObject([
      CLUSTER,
      { source: 's', provider: 'p', type: 'server', id: 'x', region: 'eu-west-101', projectId: 'p' },
    ]);
  });

  it('is not read where the configuration does not ask for it', async () => {
    const without = start({ hasInventory: false });
    await askForResources({ of: without });
    expect([upstream.reads, resources(without).length]).toEqual([0, 1]);
    expect(without.status()[0]?.feeds).toHaveLength(1);
  });

  it('is served while it is fresh, then refreshed like a feed', async () => {
    await askForResources();
    later(14_000);
    await askForResources();
    expect(upstream.reads).toBe(1);
    later(20_000);
    await askForResources();
    expect(upstream.reads).toBe(2);
  });

  it('keeps the objects of resources that did not change, and the list if none did', async () => {
    upstream.inventory = () => listing(member('x'), member('y', 'old'));
    await askForResources();
    const before = resources();
    later(MINUTE_MS);
    await askForResources();
    expect(resources()).toBe(before);
    upstream.inventory = () => listing(member('x'), member('y', 'new'), member('z'));
    later(MINUTE_MS);
    await askForResources();
    expect(resources().map(({ name }) => name)).toEqual(['main', null, 'new', null]);
    expect(resources().slice(0, 2)).toEqual(before.slice(0, 2));
    expect(resources()[1]).toBe(before[1]);
    expect(resources()[2]).not.toBe(before[2]);
  });

  it('names what is wrong with it, and nothing of it in questions about tasks', async () => {
    upstream.inventory = () => failed('FORBIDDEN');
    const problem = { feed: VAULTS, state: 'FAILED', reason: 'FORBIDDEN', lastSuccessTimeMs: null };
    expect(await askForResources()).toMatchObject({
      inventoryProblems: [problem],
      feeds: [{ feed: FEED.name, problem: null }],
    });
    expect(await ask()).toMatchObject({ inventoryProblems: [], feeds: [{ problem: null }] });
    expect(resources()).toMatchObject([CLUSTER]);
  });

  it('is named if it is not whole', async () => {
    upstream.inventory = () => ({ ...listing(member('x')), truncation: 'LIMIT' }) as InventoryRead;
    expect(await inventoryProblems()).toMatchObject([{ state: 'TRUNCATED', reason: 'LIMIT' }]);
  });

  it('keeps what it told before while it cannot be read, even beyond keepFor', async () => {
    await askForResources();
    upstream.inventory = () => failed('FORBIDDEN');
    later(MINUTE_MS);
    expect(await inventoryProblems()).toMatchObject([{ state: 'STALE', reason: 'FORBIDDEN' }]);
    later(30 * 24 * 60 * MINUTE_MS);
    expect(await inventoryProblems()).toMatchObject([{ state: 'STALE' }]);
    expect(resources()).toMatchObject([CLUSTER, { id: 'x' }]);
    upstream.inventory = () => listing();
    later(MINUTE_MS);
    expect(await inventoryProblems()).toEqual([]);
    expect(resources()).toMatchObject([CLUSTER]);
  });

  it('never opens the circuit of its source, even if the feeds fail as well', async () => {
    upstream.inventory = () => failed('UPSTREAM_ERROR');
    upstream.feed = () => failed('UPSTREAM_ERROR');
    for (let time = 0; time < 6; time += 1) {
      later(MINUTE_MS);
      await askForResources();
    }
    expect(statusOf(VAULTS)).toMatchObject({ state: 'FAILED', circuit: { state: 'OPEN' } });
    expect(collection.status()[0]?.circuit.state).toBe('CLOSED');
  });

  it('is shown among the feeds of its source, with the number of its resources', async () => {
    expect(statusOf(VAULTS)).toMatchObject({ state: 'LOADING', resourceCount: null });
    upstream.inventory = () => listing(member('x'), member('y'));
    await askForResources();
    expect(statusOf(VAULTS)).toMatchObject({
      state: 'FRESH',
      taskCount: null,
      resourceCount: 2,
      coveredSince: null,
      upstreamCalls: 1,
      ageMs: expect.any(Number),
    });
    expect(statusOf(FEED.name)).not.toHaveProperty('resourceCount');
  });

  it('is read without a question where the source is kept warm', async () => {
    start({ keepWarm: true }, new InProcessStore(clock));
    await vi.advanceTimersByTimeAsync(5);
    expect(upstream.reads).toBe(1);
  });

  it('is shared by replicas', async () => {
    await askForResources();
    const other = start({}, store.replica());
    await vi.advanceTimersByTimeAsync(2);
    expect(await askForResources({ of: other })).toMatchObject({ inventoryProblems: [] });
    expect(upstream.reads).toBe(1);
    expect(resources(other)).toMatchObject([CLUSTER, { id: 'x' }]);
    upstream.inventory = () => listing(member('y'));
    later(2_000);
    await askForResources({ noCache: true });
    expect(resources(other)).toMatchObject([CLUSTER, { id: 'y' }]);
  });

  it('comes and goes with the configuration, and the feeds stay as they are in the store', async () => {
    await askForResources();
    collection.apply([sourceOf({ hasInventory: false })]);
    await askForResources();
    expect(resources()).toMatchObject([CLUSTER]);
    collection.apply([sourceOf()]);
    await askForResources();
    expect(resources()).toMatchObject([CLUSTER, { id: 'x' }]);
  });
});
