import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { FeedRead } from '@/model/provider.js';
import type { Task } from '@/model/task.js';
import { PROVIDER_SETTINGS } from '@/providers/provider-list.js';
import type { RowOrder } from '@/simulator/fleet/row-list.js';
import { setupOf, NOW_MS } from './provider-setups.js';
import { feedOf, readContext } from '../support/readers.js';
import { openWorkplace, rowsOf, type Workplace } from './reading.js';

const cap = fc.option(fc.integer({ min: 1, max: 120 }));
const order = fc.constantFrom<RowOrder>('newest-first', 'oldest-first', 'shuffled');

function tasksIn(result: FeedRead): Task[] {
  expect(result).toMatchObject({ outcome: 'read', truncation: null });
  return rowsOf(result)
    .map(({ task }) => task)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

describe.each(PROVIDER_SETTINGS)('$id', ({ id }) => {
  let place: Workplace;

  beforeAll(async () => {
    place = await openWorkplace(id);
  });
  afterAll(() => place.close());

  it('returns the same tasks for every page size and order of rows', async () => {
    const size = fc.integer({ min: 0, max: 130 });
    const way = fc.record({ cap, order });
    await fc.assert(
      fc.asyncProperty(size, way, way, async (count, one, other) => {
        place.stock.fill(count);
        const first = tasksIn((await place.read(one)).result);
        const second = tasksIn((await place.read(other)).result);
        expect(first).toHaveLength(count);
        expect(second).toEqual(first);
      }),
      { numRuns: 10 },
    );
  });

  it('continues with one connection while the behaviour of its upstream changes', async () => {
    const { upstream } = setupOf(id);
    const reader = place.readers.open(place.source);
    const feed = feedOf(place.source, place.stock.feedKey);
    place.stock.fill(95);
    for (const pageParameter of ['start', 'offset', 'start', 'both', 'offset']) {
      for (const unknownParameters of ['reject', 'ignore']) {
        const css = upstream === 'css' ? { pageParameter, unknownParameters } : {};
        Object.assign(place.simulator.settings[upstream], { ...css, cap: 10 });
        expect(tasksIn(await reader.readFeed(feed, readContext()))).toHaveLength(95);
      }
    }
  });

  it('reads two feeds of one source at once, and the same feed twice, without mixing them up', async () => {
    const { upstream } = setupOf(id);
    Object.assign(place.simulator.settings[upstream], { cap: 10, order: 'shuffled' });
    place.stock.fill(95);
    const other = setupOf(id).stock(place.simulator, { key: '2000006', name: 'other' });
    const isOneFeed = other.feedKey === place.stock.feedKey;
    if (!isOneFeed) other.fill(42);
    const reader = place.readers.open(place.source);
    const keys = [place.stock.feedKey, other.feedKey, place.stock.feedKey];
    const reads = keys.map((key) => reader.readFeed(feedOf(place.source, key), readContext()));
    const lengths = (await Promise.all(reads)).map((result) => tasksIn(result).length);
    expect(lengths).toEqual([95, isOneFeed ? 95 : 42, 95]);
  });

  it('reads what was created up to the moment of the read', async () => {
    place.stock.fill(3);
    const newest = Math.max(...place.stock.expected().map(({ createdMs }) => createdMs));
    expect(newest).toBe(NOW_MS - 1);
    expect(tasksIn((await place.read({ cap: null })).result)).toHaveLength(3);
  });
});
