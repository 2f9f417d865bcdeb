import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROVIDER_SETTINGS } from '@/providers/provider-list.js';
import type { Churn } from '@/simulator/settings.js';
import { everyCombination, someCombinations } from '../support/combinations.js';
import { setupOf } from './provider-setups.js';
import { openWorkplace, rowsOf, type Workplace } from './reading.js';

const CHURNS: readonly Churn[] = everyCombination<Churn>({
  insert: [0, 1, 3],
  remove: [0, 1, 3],
  removeFrom: ['head', 'tail', 'random'],
}).filter(({ insert, remove, removeFrom }) => remove > 0 || (insert > 0 && removeFrom === 'head'));

const CASES = someCombinations({
  churn: [...CHURNS.keys()],
  order: ['newest-first', 'oldest-first', 'shuffled'],
  cap: [10, 64],
  size: [45, 130],
} as const);

/** A dozen reads, and yet some machines are slow. */
const LONGEST_MS = 120_000;
/** Plenty for a feed that moves under the reader, and yet an end. */
const MOST_CALLS = 200;

describe.each(PROVIDER_SETTINGS)('$id while its feed changes before each call', ({ id }) => {
  const setup = setupOf(id);
  let place: Workplace;
  const sums = { reads: 0, calls: 0, mostCalls: 0, truncated: 0, untold: 0 };

  beforeAll(async () => {
    place = await openWorkplace(id);
  });

  afterAll(async () => {
    await place.close();
    process.stdout.write(`${id} while its feed changes: ${JSON.stringify(sums)}\n`);
  });

  /** The rows that were there throughout and yet were not found, which nothing but a truncated read may have. */
  async function missedRows(
    churn: Churn,
    { size, ...settings }: Omit<(typeof CASES)[number], 'churn'>,
  ): Promise<string[]> {
    const upstream = place.simulator.settings[setup.upstream];
    upstream.churn = { insert: 0, remove: 0, removeFrom: 'tail' };
    place.stock.fill(size);
    const before = place.stock.expected().map(({ key }) => key);
    const { result, calls } = await place.read({ ...settings, churn }, MOST_CALLS);
    const after = new Set(place.stock.expected().map(({ key }) => key));
    const found = rowsOf(result).map(({ task }) => setup.keyOf(task));
    expect(found).toHaveLength(new Set(found).size);
    const isTruncated = result.outcome === 'read' && result.truncation !== null;
    sums.reads += 1;
    sums.calls += calls;
    sums.mostCalls = Math.max(sums.mostCalls, calls);
    if (isTruncated) sums.truncated += 1;
    const missed = before.filter((key) => after.has(key) && !found.includes(key));
    if (missed.length > 0 && !isTruncated) sums.untold += 1;
    const isExcused = isTruncated ? setup.tellsLosses : setup.hides?.(churn);
    return isExcused === true ? [] : missed;
  }

  it.each(CHURNS)(
    'finds every row that stays once, and ends, inserting $insert and removing $remove at the $removeFrom',
    async (churn) => {
      const failures: object[] = [];
      for (const { churn: index, ...feed } of CASES) {
        if (CHURNS[index] !== churn) continue;
        const fault = await missedRows(churn, feed).catch(String);
        if (fault.length > 0) failures.push({ ...feed, fault });
      }
      expect(failures).toEqual([]);
    },
    LONGEST_MS,
  );
});
