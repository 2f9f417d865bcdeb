import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { runCooperatively } from '@/scheduling/cooperative.js';
import { nearestRanks } from './nearest-rank.js';

const ranksOf = (values: readonly number[], percents: readonly number[]): Promise<number[]> =>
  runCooperatively(nearestRanks(Float64Array.from(values), percents));

describe('nearestRanks', () => {
  it('gives the smallest value that so many percent do not exceed', async () => {
    const duration = fc.oneof(fc.nat(5), fc.double({ min: 0, max: 1e9, noNaN: true }));
    const percents = fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(duration, { minLength: 1, maxLength: 300 }),
        percents,
        async (values, some) => {
          const sorted = values.toSorted((a, b) => a - b);
          const ascending = some.toSorted((a, b) => a - b);
          const expected = ascending.map((percent) =>
            sorted.find(
              (value) => sorted.filter((each) => each <= value).length * 100 >= percent * sorted.length,
            ),
          );
          expect(await ranksOf(values, ascending)).toEqual(expected);
        },
      ),
    );
  });

  it('gives values that occur, of one, two and twenty', async () => {
    expect(await ranksOf([7], [50, 95])).toEqual([7, 7]);
    expect(await ranksOf([7, 3], [50, 95])).toEqual([3, 7]);
    expect(
      await ranksOf(
        Array.from({ length: 20 }, (_, index) => 20 - index),
        [50, 95],
      ),
    ).toEqual([10, 19]);
  });

  it('is exact where a percentage of the number is a whole one', async () => {
    for (let count = 20; count <= 2000; count += 20) {
      const values = Array.from({ length: count }, (_, index) => index + 1);
      expect(await ranksOf(values, [95])).toEqual([(count * 19) / 20]);
    }
  });

  it.each([
    ['equal values', () => 61],
    ['ascending values', (index: number) => index],
    ['descending values', (index: number) => -index],
    ['values that rise and fall', (index: number) => Math.min(index, 20_000 - index)],
    ['values with few repeated', (index: number) => (index * 7_919) % 13],
  ])('selects from %s', async (_name, valueAt) => {
    const values = Array.from({ length: 20_000 }, (_, index) => valueAt(index));
    const sorted = values.toSorted((a, b) => a - b);
    expect(await ranksOf(values, [50, 95])).toEqual([sorted[9_999], sorted[18_999]]);
  });
});
