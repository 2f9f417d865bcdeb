import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { Random } from './random.js';

describe('Random', () => {
  it('repeats itself for a seed', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const [one, other] = [new Random(seed), new Random(seed)];
        expect([one.next(), one.uuid(), one.hex(9)]).toEqual([other.next(), other.uuid(), other.hex(9)]);
      }),
    );
  });

  it('stays within both ends', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: -5, max: 5 }), fc.nat(9), (seed, from, span) => {
        const drawn = new Random(seed).integer(from, from + span);
        expect(drawn).toBeGreaterThanOrEqual(from);
        expect(drawn).toBeLessThanOrEqual(from + span);
      }),
    );
  });

  it('forks into independent streams', () => {
    const random = new Random(1);
    const first = random.fork('a').next();
    random.next();
    expect(random.fork('a').next()).toBe(first);
    expect(random.fork('b').next()).not.toBe(first);
  });

  it('follows weights', () => {
    const random = new Random(1);
    const drawn = Array.from({ length: 2000 }, () => random.weighted({ often: 9, seldom: 1, never: 0 }));
    expect(drawn).not.toContain('never');
    expect(drawn.filter((word) => word === 'seldom').length).toBeGreaterThan(100);
    expect(drawn.filter((word) => word === 'seldom').length).toBeLessThan(300);
  });

  it('makes ids in the form of UUIDs', () => {
    expect(new Random(1).uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
