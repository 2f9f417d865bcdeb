import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { Random } from '../fleet/random.js';
import type { Faults, FaultSettings } from './fault.js';
import { FaultSchedule } from './fault-schedule.js';

/** Which of the first calls meet the fault, counted from 1. */
function callsMet(faults: Faults, { calls = 12, seed = 1 } = {}): number[] {
  const schedule = new FaultSchedule(new Random(seed));
  return Array.from({ length: calls }, (_, index) => index + 1).filter(
    () => schedule.meet(faults, 'one') !== null,
  );
}

describe('the calls that a fault applies to', () => {
  it.each<[FaultSettings, number[]]>([
    [{ kind: 'reset', times: 3 }, [1, 2, 3]],
    [{ kind: 'reset', at: 4 }, [4]],
    [{ kind: 'reset', at: [2, 5, 11] }, [2, 5, 11]],
    [{ kind: 'reset', at: [2, 5, 11], times: 2 }, [2, 5]],
    [{ kind: 'reset', every: 5 }, [5, 10]],
    [{ kind: 'reset', every: 5, times: 1 }, [5]],
    [{ kind: 'reset', rate: 0 }, []],
    [{ kind: 'reset', rate: 1, every: 6 }, [6, 12]],
    [{ kind: 'reset', only: 'another' }, []],
    [{ kind: 'reset', only: 'one', at: 1 }, [1]],
  ])('%j: %j', (fault, met) => {
    expect(callsMet(fault)).toEqual(met);
  });

  it('are all, unless bounds are given', () => {
    expect(callsMet('reset', { calls: 3 })).toEqual([1, 2, 3]);
    expect(callsMet(null)).toEqual([]);
  });

  it('counts calls for its own feed alone', () => {
    const schedule = new FaultSchedule(new Random(1));
    const fault: FaultSettings = { kind: 'reset', only: 'one', at: 2 };
    const feeds = ['one', 'another', 'another', 'one'];
    expect(feeds.map((feed) => schedule.meet(fault, feed) !== null)).toEqual([false, false, false, true]);
  });

  it('is a share of them that follows from the seed', () => {
    const met = (seed: number): number[] => callsMet({ kind: 'reset', rate: 0.3 }, { calls: 2000, seed });
    expect(met(7)).toEqual(met(7));
    expect(met(8)).not.toEqual(met(7));
    expect(met(7).length / 2000).toBeCloseTo(0.3, 1);
  });

  it('is within every bound, whatever the bounds are', () => {
    const bounds = fc.record(
      {
        at: fc.array(fc.integer({ min: 1, max: 30 })),
        every: fc.integer({ min: 1, max: 6 }),
        rate: fc.double({ min: 0, max: 1, noNaN: true }),
        times: fc.nat(6),
      },
      { requiredKeys: [] },
    );
    const lawOf = ({ at, every, rate, times }: Partial<FaultSettings> & { at?: number[] }): void => {
      const without = { ...(rate !== undefined && { rate }) };
      const drawn = callsMet({ kind: 'reset', ...without }, { calls: 30 });
      const wanted = drawn
        .filter((call) => at === undefined || at.includes(call))
        .filter((call) => every === undefined || call % every === 0)
        .slice(0, times);
      const all = { ...without, ...(at && { at }), ...(every && { every }) };
      expect(
        callsMet({ kind: 'reset', ...all, ...(times !== undefined && { times }) }, { calls: 30 }),
      ).toEqual(wanted);
    };
    fc.assert(fc.property(bounds, lawOf));
  });
});

describe('several faults', () => {
  it('are decided by the first that applies to the call, each with its own count', () => {
    const schedule = new FaultSchedule(new Random(1));
    const faults: Faults = [{ kind: 'throttle', at: 2 }, { kind: 'reset', every: 2 }, 'hang'];
    const kinds = Array.from({ length: 4 }, () => schedule.meet(faults, null)?.fault.kind);
    expect(kinds).toEqual(['hang', 'throttle', 'hang', 'reset']);
  });

  it('may be for different feeds', () => {
    const schedule = new FaultSchedule(new Random(1));
    const faults: Faults = [
      { kind: 'throttle', only: 'one' },
      { kind: 'reset', only: 'two' },
    ];
    const kinds = ['two', 'one', 'three'].map((feed) => schedule.meet(faults, feed)?.fault.kind);
    expect(kinds).toEqual(['reset', 'throttle', undefined]);
  });
});
