import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Feed } from '@/model/feed.js';
import type { FeedListing } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import { PROVIDER_SETTINGS } from '@/providers/provider-list.js';
import { someCombinations } from '../support/combinations.js';
import { startSimulator, type Simulator } from '../support/gateway.js';
import { readContext, startReaders, type Readers } from '../support/readers.js';
import { setupOf, NOW_MS } from './provider-setups.js';
import { tokenSource } from './reading.js';

const WITH_CLUSTERS = PROVIDER_SETTINGS.filter(({ hasClusters }) => hasClusters);

/** More than any of these upstreams has. */
const ALL = { exclude: [], maxClusters: 10_000 };

let simulator: Simulator;
let readers: Readers;

beforeEach(async () => {
  const clock = (): number => NOW_MS;
  simulator = await startSimulator({ fleet: 'empty', clock, ocp: { rateLimit: null } });
  readers = await startReaders(clock);
});

afterEach(async () => {
  await readers.close();
  await simulator.stop();
});

function ask(provider: string, changes: Partial<SourceConfig> = {}): Promise<FeedListing> {
  const source = { ...tokenSource(simulator, provider), clusters: null, discovery: ALL, ...changes };
  return readers.open(source).listFeeds(readContext());
}

/** The feeds of a listing that must be whole. */
async function list(provider: string, changes: Partial<SourceConfig> = {}): Promise<readonly Feed[]> {
  const listing = await ask(provider, changes);
  expect(listing).toMatchObject({ outcome: 'listed', truncation: null });
  return feedsIn(listing);
}

function feedsIn(listing: FeedListing): readonly Feed[] {
  if (listing.outcome === 'failed') throw new Error(`the listing failed: ${listing.failure.reason}`);
  return listing.feeds;
}

function namesByKey(feeds: readonly Feed[]): string[] {
  return feeds.map(({ key, cluster }) => `${key} ${cluster?.name ?? 'without a name'}`).sort();
}

describe('clusters that the configuration does not name', () => {
  const FIRST = { 'huawei-css': '4213d908', 'huawei-cce': '4b8a3e4c', 'oceanbase-ocp': '1000005' };

  it.each(Object.entries(FIRST))('become feeds of %s', async (id, key) => {
    setupOf(id).stock(simulator, { key, name: 'first' });
    const source = tokenSource(simulator, id).id;
    expect(await list(id)).toEqual([
      {
        name: `sources/${source}/feeds/${key}`,
        provider: id,
        source,
        key,
        cluster: { id: key, name: 'first' },
      },
    ]);
  });

  it.each(WITH_CLUSTERS)('are an empty list at $id if there are none', async ({ id }) => {
    expect(await list(id)).toEqual([]);
  });

  it('are a single feed at CBR, which has no clusters, without a call', async () => {
    const { id, provider } = tokenSource(simulator, 'huawei-cbr');
    expect(await list('huawei-cbr')).toEqual([
      {
        name: `sources/${id}/feeds/operation-logs`,
        provider,
        source: id,
        key: 'operation-logs',
        cluster: null,
      },
    ]);
    expect(simulator.calls.count()).toBe(0);
  });

  const CSS_SETTINGS = someCombinations({
    pageParameter: ['start', 'offset', 'both'],
    unknownParameters: ['ignore', 'reject'],
    totalSize: ['absent', 'exact', 'page'],
    cap: [null, 10, 100, 999],
  } as const);

  it.each([1, 10, 101])(
    `are all found at CSS, %i of them, under ${CSS_SETTINGS.length} settings`,
    async (count) => {
      const expected = addCssClusters(count);
      for (const settings of CSS_SETTINGS) {
        Object.assign(simulator.settings.css, settings);
        expect({ settings, found: namesByKey(await list('huawei-css')) }).toEqual({
          settings,
          found: expected,
        });
      }
    },
  );

  it.each(
    someCombinations({
      pageParameter: ['start', 'offset', 'both'],
      unknownParameters: ['ignore', 'reject'],
      totalSize: ['exact'],
      cap: [null, 100, 999],
    } as const),
  )(
    'are all found at CSS, 2,500 of them, with $pageParameter, $unknownParameters and pages of $cap',
    async (settings) => {
      const expected = addCssClusters(2500);
      Object.assign(simulator.settings.css, settings);
      expect(namesByKey(await list('huawei-css'))).toEqual(expected);
      expect(simulator.calls.count('css')).toBeLessThanOrEqual(100);
    },
  );

  it.each(['error', 'clamp'] as const)(
    'are found as far as CSS lists them, and reported as cut, where more is an %s',
    async (beyondBound) => {
      addCssClusters(2500);
      Object.assign(simulator.settings.css, { offsetBound: 1000, beyondBound });
      const listing = await ask('huawei-css');
      expect(listing).toMatchObject({ outcome: 'listed', truncation: 'LIMIT', feeds: { length: 1999 } });
      expect(simulator.calls.count('css')).toBeLessThanOrEqual(30);
    },
  );

  it('are all found at CCE, which has no paging', async () => {
    for (let number = 0; number < 1500; number++) {
      simulator.fleet.addCceCluster({ id: `cluster-${number}`, name: `name-${number}` });
    }
    expect(await list('huawei-cce')).toHaveLength(1500);
    expect(simulator.calls.count('cce')).toBe(1);
  });

  it.each(
    someCombinations({
      cap: [null, 10, 100],
      totals: ['totalPages', 'totalPage', 'flat', 'absent'],
      pageSize: ['asked', 'rows', 'max'],
    } as const),
  )('are all found at OCP, standbys too, with $totals, $pageSize and pages of $cap', async (settings) => {
    const expected: string[] = [];
    for (let number = 0; number < 250; number++) {
      const primary = simulator.fleet.addOcpCluster({ id: 1_000_000 + number });
      expected.push(`${primary.id} ${primary.name}`);
      for (let standby = 0; standby < number % 3; standby++) {
        const { id, name } = simulator.fleet.addOcpCluster({ id: 2_000_000 + number * 3 + standby, primary });
        expected.push(`${id} ${name}`);
      }
    }
    Object.assign(simulator.settings.ocp, settings);
    expect(namesByKey(await list('oceanbase-ocp'))).toEqual(expected.sort());
  });

  it.each(WITH_CLUSTERS)(
    'are kept up to the limit by $id, the same ones each time, and reported as cut',
    async ({ id }) => {
      for (const key of [5, 3, 1, 4, 2])
        setupOf(id).stock(simulator, { key: String(key), name: `name-${key}` });
      const listing = await ask(id, { discovery: { exclude: [], maxClusters: 3 } });
      expect(listing).toMatchObject({ outcome: 'listed', truncation: 'LIMIT' });
      expect(
        feedsIn(listing)
          .map(({ key }) => key)
          .sort(),
      ).toEqual(['1', '2', '3']);
    },
  );

  it('that are standbys of standbys are found at OCP', async () => {
    const primary = simulator.fleet.addOcpCluster({ id: 1 });
    const standby = simulator.fleet.addOcpCluster({ id: 2, primary });
    simulator.fleet.addOcpCluster({ id: 3, primary: standby });
    expect((await list('oceanbase-ocp')).map(({ key }) => key)).toEqual(['1', '2', '3']);
  });

  it('are read, standbys like others', async () => {
    const primary = simulator.fleet.addOcpCluster({ id: 1 });
    simulator.fleet.addOcpCluster({ id: 2, primary });
    const reader = readers.open(tokenSource(simulator, 'oceanbase-ocp'));
    for (const feed of feedsIn(await reader.listFeeds(readContext()))) {
      expect(await reader.readFeed(feed, readContext())).toMatchObject({ outcome: 'read', rows: [] });
    }
  });
});

function addCssClusters(count: number): string[] {
  const names = Array.from({ length: count }, (_, number) => {
    const { id, name } = simulator.fleet.addCssCluster({
      id: `cluster-${number}`,
      name: `name-${number}`,
      createdMs: Math.floor(number / 2),
    });
    return `${id} ${name}`;
  });
  return names.sort();
}

describe('clusters that the configuration names', () => {
  it.each(WITH_CLUSTERS)('are used unchanged by $id, without a call', async ({ id }) => {
    const clusters = [
      { id: '7', name: 'named' },
      { id: '8', name: null },
      { id: '7', name: 'named' },
    ];
    expect(namesByKey(await list(id, { clusters }))).toEqual(['7 named', '8 without a name']);
    expect(simulator.calls.count()).toBe(0);
  });

  it.each(WITH_CLUSTERS)('may be an empty list for $id, without a call', async ({ id }) => {
    expect(await list(id, { clusters: [] })).toEqual([]);
    expect(simulator.calls.count()).toBe(0);
  });
});
