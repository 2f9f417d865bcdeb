import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { comparePositions, orderField, positionOf, TASK_ORDERS, type OrderPosition } from './order.js';
import type { Task } from './task.js';
import { formatTime } from './time.js';

/** Few times and ids, so that ties are common. */
const POSITION: fc.Arbitrary<OrderPosition> = fc.record({
  time: fc.option(fc.integer({ min: 0, max: 4 }).map((seconds) => formatTime(seconds * 1000))),
  id: fc.string({ unit: fc.constantFrom('a', 'b', 'Z', '-', '~'), maxLength: 2 }),
});

describe.each(TASK_ORDERS)('the order by %s', (order) => {
  function compare(a: OrderPosition, b: OrderPosition): number {
    return Math.sign(comparePositions(a, b, order));
  }

  it('is total: of two different positions one comes first', () => {
    fc.assert(
      fc.property(POSITION, POSITION, (a, b) => {
        expect(compare(a, b) === 0).toBe(a.time === b.time && a.id === b.id);
        expect(compare(a, b) + compare(b, a)).toBe(0);
      }),
    );
  });

  it('is transitive', () => {
    const property = fc.property(POSITION, POSITION, POSITION, (a, b, c) => {
      fc.pre(compare(a, b) <= 0 && compare(b, c) <= 0);
      expect(compare(a, c)).toBeLessThanOrEqual(0);
    });
    fc.assert(property);
  });

  it('does not depend on arrival', () => {
    const arrivals = fc
      .uniqueArray(POSITION, { selector: ({ time, id }) => `${String(time)} ${id}` })
      .chain((positions) =>
        fc.tuple(fc.constant(positions), fc.shuffledSubarray(positions, { minLength: positions.length })),
      );
    const property = fc.property(arrivals, ([positions, shuffled]) => {
      expect(shuffled.toSorted(compare)).toEqual(positions.toSorted(compare));
    });
    fc.assert(property);
  });

  it('puts tasks without the time last, and ties by id ascending', () => {
    const [EARLY, LATE] = ['2024-05-01T08:00:00.000Z', '2024-05-02T08:00:00.000Z'];
    const positions: OrderPosition[] = [
      { time: null, id: 'b' },
      { time: EARLY, id: 'b' },
      { time: LATE, id: 'b' },
      { time: null, id: 'a' },
      { time: LATE, id: 'a' },
      { time: EARLY, id: 'a' },
    ];
    const times = order.endsWith('asc') ? [EARLY, LATE, null] : [LATE, EARLY, null];
    expect(positions.sort(compare)).toEqual(
      times.flatMap((time) => [
        { time, id: 'a' },
        { time, id: 'b' },
      ]),
    );
  });

  it('uses the field that it names', () => {
    const task = {
      id: 'logs.1',
      createTime: 'createTime',
      updateTime: 'updateTime',
      endTime: 'endTime',
    } as Task;
    expect(positionOf(task, order)).toEqual({ time: orderField(order), id: 'logs.1' });
    expect(order).toMatch(new RegExp(`^${orderField(order)} (asc|desc)$`));
  });
});
