import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ReadFeed } from '@/model/provider.js';
import { PROVIDER_SETTINGS } from '@/providers/provider-list.js';
import { everyCombination, someCombinations } from '../support/combinations.js';
import { feedOf, readContext } from '../support/readers.js';
import { setupOf } from './provider-setups.js';
import { mostCalls, openWorkplace, rowsOf, type Workplace } from './reading.js';

let place: Workplace;

function expectRead(result: Awaited<ReturnType<Workplace['read']>>['result']): ReadFeed {
  rowsOf(result);
  return result as ReadFeed;
}

/** The keys of the first so many rows, in the order served. */
function firstKeys(order: 'newest-first' | 'oldest-first' | 'shuffled', count: number): string[] {
  const rows = place.simulator.fleet.css[0]?.rows.inOrder(order) ?? [];
  return rows.slice(0, count).map((row) => (row.kind === 'record' ? row.record.id : ''));
}

describe('CSS that accepts no start beyond 1000', () => {
  const css = setupOf('huawei-css');
  const CHOICES = {
    beyondBound: ['error', 'clamp'],
    cap: [null, 10, 100],
    order: ['newest-first', 'oldest-first', 'shuffled'],
    pageParameter: ['start', 'offset', 'both'],
    unknownParameters: ['ignore', 'reject'],
    offsetBound: [1000],
  } as const;

  beforeAll(async () => {
    place = await openWorkplace('huawei-css');
  });
  afterAll(() => place.close());

  const SIZES = [0, 10, 999, 1000];
  const CASES = someCombinations({ ...CHOICES, rows: SIZES });

  it.each(SIZES)('is read whole with %i rows', async (size) => {
    place.stock.fill(size);
    const expected = place.stock.expected().map(({ key }) => key);
    for (const { rows: asked, ...settings } of CASES) {
      if (asked !== size) continue;
      const { result } = await place.read(settings, mostCalls(settings, size));
      const { rows, truncation } = expectRead(result);
      const found = rows.map(({ task }) => css.keyOf(task));
      expect({ settings, truncation, found: found.sort() }).toEqual({
        settings,
        truncation: null,
        found: expected.sort(),
      });
    }
  });

  it('is read as far as possible with 2,100 rows, is truncated, and claims coverage no further', async () => {
    place.stock.fill(2100);
    const all = place.stock.expected();
    for (const settings of someCombinations(CHOICES)) {
      const { result } = await place.read(settings, mostCalls(settings, 2000));
      const { rows, truncation, coveredSince } = expectRead(result);
      const found = new Set(rows.map(({ task }) => css.keyOf(task)));
      const reachable = firstKeys(settings.order, 999 + (settings.cap ?? 1000));
      const since = coveredSince === null ? Number.POSITIVE_INFINITY : Date.parse(coveredSince);
      const vouchedFor = all.filter(({ createdMs }) => createdMs >= since).map(({ key }) => key);
      const missed = [...reachable, ...vouchedFor].filter((key) => !found.has(key));
      const twice = rows.length - found.size;
      expect({ settings, truncation, missed, twice }).toEqual({
        settings,
        truncation: 'LIMIT',
        missed: [],
        twice: 0,
      });
    }
  });
});

describe.each(PROVIDER_SETTINGS)('a feed of $id beyond maxTasksPerFeed', ({ id }) => {
  const setup = setupOf(id);
  const SETTINGS = everyCombination({
    cap: [null, 10],
    order: ['newest-first', 'oldest-first', 'shuffled'],
  } as const);

  beforeAll(async () => {
    place = await openWorkplace(id);
  });
  afterAll(() => place.close());
  afterEach(() => {
    place.simulator.calls.reset();
  });

  it.each(SETTINGS)('is cut there and reported as truncated, in pages of $cap, $order', async (settings) => {
    place.stock.fill(300);
    Object.assign(place.simulator.settings[setup.upstream], settings);
    const reader = place.readers.open({ ...place.source, maxTasksPerFeed: 100 });
    const result = await reader.readFeed(feedOf(place.source, place.stock.feedKey), readContext());
    const { rows, truncation, coveredSince } = expectRead(result);
    const found = new Set(rows.map(({ task }) => setup.keyOf(task)));
    expect({ rows: rows.length, found: found.size, truncation }).toEqual({
      rows: 100,
      found: 100,
      truncation: 'LIMIT',
    });
    const since = coveredSince === null ? Number.POSITIVE_INFINITY : Date.parse(coveredSince);
    const isMissing = ({ key, createdMs }: { key: string; createdMs: number }): boolean =>
      createdMs >= since && !found.has(key);
    expect(place.stock.expected().filter(isMissing)).toEqual([]);
    expect(place.simulator.calls.count(setup.upstream)).toBeLessThanOrEqual(mostCalls(settings, 100));
  });

  it('is complete where it has exactly so many rows', async () => {
    place.stock.fill(100);
    Object.assign(place.simulator.settings[setup.upstream], { cap: null, order: 'newest-first' });
    const reader = place.readers.open({ ...place.source, maxTasksPerFeed: 100 });
    const result = await reader.readFeed(feedOf(place.source, place.stock.feedKey), readContext());
    expect(result).toMatchObject({ outcome: 'read', truncation: null, rows: { length: 100 } });
  });
});
