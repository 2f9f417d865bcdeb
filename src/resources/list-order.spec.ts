import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  compareKeys,
  packPosition,
  PageCut,
  positionOf,
  unpackPosition,
  type SortKey,
} from './list-order.js';

/** Many that are alike but for their ids. */
const keys: fc.Arbitrary<SortKey[]> = fc
  .array(
    fc.record({ rank: fc.constantFrom(0, 1, 2, Infinity), name: fc.constantFrom('a', 'b', 'c', null) }),
    { maxLength: 2500, size: 'max' },
  )
  .map((all) => all.map((key, index) => ({ ...key, id: `cbr.server.${index}` })));
const pageSize = fc.integer({ min: 1, max: 300 });

function cutOf(all: readonly SortKey[], wanted: PageCut<SortKey>): ReturnType<PageCut<SortKey>['cut']> {
  for (const key of all) wanted.add(key);
  return wanted.cut();
}

describe('PageCut', () => {
  it('finds what a page by number has in the sorted list', () => {
    fc.assert(
      fc.property(keys, pageSize, fc.integer({ min: 1, max: 20 }), (all, size, page) => {
        const wanted = new PageCut<SortKey>({ page, pageSize: size }, null);
        const { entries, hasMore } = cutOf(all, wanted);
        expect(entries).toEqual(all.toSorted(compareKeys).slice((page - 1) * size, page * size));
        expect(hasMore).toBe(all.length > page * size);
        expect(wanted.totalSize).toBe(all.length);
      }),
      { numRuns: 10 },
    );
  });

  it('goes on after a position, until all have been shown once', () => {
    fc.assert(
      fc.property(keys, fc.integer({ min: 100, max: 1000 }), (all, size) => {
        const shown: SortKey[] = [];
        for (let after = null, more = true; more;) {
          const { entries, hasMore } = cutOf(
            all,
            new PageCut<SortKey>({ page: null, pageSize: size }, after),
          );
          shown.push(...entries);
          const last = entries.at(-1);
          after = last === undefined ? null : unpackPosition(packPosition(positionOf(last)));
          more = hasMore;
        }
        expect(shown).toEqual(all.toSorted(compareKeys));
      }),
      { numRuns: 10 },
    );
  });
});
