import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { runCooperatively } from './cooperative.js';
import { mergeRuns, sortInSteps } from './sort-in-steps.js';

/** Values that may be equal in the order and still be told apart. */
interface Value {
  readonly key: number;
  readonly mark: number;
}

const values = fc
  .array(fc.integer({ min: -1_000, max: 1_000 }), { maxLength: 6_000, size: 'max' })
  .map((keys) => keys.map((key, mark): Value => ({ key, mark })));
const byKey = (a: Value, b: Value): number => a.key - b.key;

describe('sortInSteps', () => {
  it('sorts like the runtime: equal values keep their order', async () => {
    const shaped = fc.tuple(values, fc.constantFrom('any', 'sorted', 'reversed')).map(([list, shape]) => {
      if (shape === 'any') return list;
      const sorted = list.toSorted(byKey);
      return shape === 'sorted' ? sorted : sorted.reverse();
    });
    await fc.assert(
      fc.asyncProperty(shaped, async (list) => {
        expect(await runCooperatively(sortInSteps(list, byKey))).toEqual(list.toSorted(byKey));
      }),
      { numRuns: 60 },
    );
  });

  it('can be interrupted at least once for every thousand values', () => {
    const steps = sortInSteps(
      Array.from({ length: 50_000 }, (_, mark) => ({ key: (mark * 7_919) % 50_021, mark })),
      byKey,
    );
    let pauses = 0;
    while (steps.next().done !== true) pauses += 1;
    expect(pauses).toBeGreaterThan(50);
  });
});

describe('mergeRuns', () => {
  it('yields every value of every run once, in order; of equal values the earlier run first', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 40 })),
        async (lists) => {
          const runs = lists.map((keys, mark) => keys.map((key): Value => ({ key, mark })).sort(byKey));
          expect(await runCooperatively(mergeRuns(runs, byKey))).toEqual(runs.flat().sort(byKey));
        },
      ),
    );
  });
});
