import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { LowestIds } from './lowest-ids.js';

interface Thing {
  readonly id: string;
  readonly at: number;
}

function keep(most: number, ids: readonly string[]): LowestIds<Thing> {
  const kept = new LowestIds<Thing>(most);
  ids.forEach((id, at) => {
    kept.add({ id, at });
  });
  return kept;
}

const IDS = fc.array(fc.string({ unit: fc.constantFrom('0', '1', '9', 'a'), minLength: 1, maxLength: 3 }), {
  maxLength: 60,
});

describe('the items with the lowest ids', () => {
  it('are the same in any order of arrival, and marked as cut when there are more', () => {
    fc.assert(
      fc.property(IDS, fc.integer({ min: 1, max: 12 }), (ids, most) => {
        const wanted = [...new Set(ids)].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
        const kept = keep(most, ids);
        expect(new Set(kept.values.map(({ id }) => id))).toEqual(new Set(wanted.slice(0, most)));
        expect(kept.values.length).toBe(Math.min(most, wanted.length));
        expect(kept.isCut).toBe(wanted.length > most);
        expect(kept.values.every(({ id, at }) => at === ids.lastIndexOf(id))).toBe(true);
      }),
    );
  });

  it('are compared as numbers where they are numbers', () => {
    expect(keep(2, ['1000006', '999999', '1000005']).values.map(({ id }) => id)).toEqual([
      '999999',
      '1000005',
    ]);
  });
});
