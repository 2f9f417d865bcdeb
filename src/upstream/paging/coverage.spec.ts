import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { TaskRow } from '@/model/task.js';
import { formatTime } from '@/model/time.js';
import { coveredByOrder } from './coverage.js';

function rows(...createTimes: (string | null)[]): TaskRow[] {
  return createTimes.map((createTime) => ({ task: { createTime }, raw: {} }) as TaskRow);
}

const [DAY_1, DAY_2, DAY_3] = ['2024-05-01', '2024-05-02', '2024-05-03'].map(
  (day) => `${day}T08:00:00.000Z`,
) as [string, string, string];

describe('coveredByOrder', () => {
  it.each([
    { what: 'newest first', times: [DAY_3, DAY_2, DAY_1], expected: DAY_2 },
    { what: 'the last ones alike', times: [DAY_3, DAY_2, DAY_1, DAY_1], expected: DAY_2 },
    { what: 'others alike', times: [DAY_3, DAY_3, DAY_2, DAY_2, DAY_1], expected: DAY_2 },
    { what: 'two', times: [DAY_3, DAY_2], expected: DAY_3 },
    { what: 'none', times: [], expected: null },
    { what: 'one, which has no order', times: [DAY_3], expected: null },
    { what: 'all alike', times: [DAY_3, DAY_3], expected: null },
    { what: 'oldest first', times: [DAY_1, DAY_2, DAY_3], expected: null },
    { what: 'mixed', times: [DAY_3, DAY_1, DAY_2], expected: null },
    { what: 'one without a time first', times: [null, DAY_3, DAY_2], expected: null },
    { what: 'one without a time between', times: [DAY_3, null, DAY_2], expected: null },
    { what: 'one without a time last', times: [DAY_3, DAY_2, null], expected: null },
  ])('returns $expected for rows that came $what', ({ times, expected }) => {
    expect(coveredByOrder(rows(...times))).toBe(expected);
  });

  it('claims coverage only for times of which no row was left out, wherever a list was cut', () => {
    const lists = fc.record({
      times: fc.array(fc.nat(20), { maxLength: 40 }),
      cut: fc.nat(40),
    });
    const property = fc.property(lists, ({ times, cut }) => {
      const newestFirst = times.sort((a, b) => b - a).map((seconds) => formatTime(seconds * 1000));
      const since = coveredByOrder(rows(...newestFirst.slice(0, cut)));
      const leftOut = newestFirst.slice(cut);
      expect(since === null ? [] : leftOut.filter((time) => time >= since)).toEqual([]);
    });
    fc.assert(property);
  });
});
