import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { StandingQueue, type Turn } from './standing-queue.js';

const many = (lastedMs: number): Turn => ({ lastedMs, answered: 1_000 });

/** After how many turns the queue is seen to stand; null when it is in none of them. */
function seenAfter(turns: readonly Turn[]): number | null {
  const queue = new StandingQueue();
  for (const [index, turn] of turns.entries()) {
    if (queue.isSeenIn(turn)) return index;
    queue.note(turn);
  }
  return null;
}

describe('a queue stands', () => {
  it('when turns of many answers grow', () => {
    expect(seenAfter([many(10), many(15), many(30)])).toBe(2);
  });

  it('when they stay as long', () => {
    expect(seenAfter(Array.from({ length: 10 }, () => many(12)))).toBe(2);
  });

  it('when a few dear answers take long in each turn', () => {
    const turn = { lastedMs: 80, answered: 5 };
    expect(seenAfter([turn, turn])).toBe(1);
  });

  it('when one turn lasts for longer than any burst', () => {
    expect(seenAfter([many(500)])).toBe(0);
  });

  it('before the turn that shows it is over', () => {
    const queue = new StandingQueue();
    queue.note(many(100));
    expect(queue.isSeenIn(many(89))).toBe(false);
    expect(queue.isSeenIn(many(90))).toBe(true);
  });
});

describe('a queue does not stand', () => {
  it.each([
    ['after one long turn', [many(499)]],
    ['while it is worked off', [many(50), many(40), many(32), many(25)]],
    ['when a turn without a request comes between', [many(100), { lastedMs: 0, answered: 0 }, many(100)]],
    ['where few are answered at once', Array.from({ length: 20 }, () => ({ lastedMs: 40, answered: 100 }))],
    ['where one dear answer takes long', Array.from({ length: 20 }, () => ({ lastedMs: 200, answered: 1 }))],
    ['where requests wait for upstreams', Array.from({ length: 20 }, () => ({ lastedMs: 100, answered: 0 }))],
  ])('%s', (_when, turns) => {
    expect(seenAfter(turns)).toBeNull();
  });

  it('after any pause that half a second makes up for, at any load that can be borne', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 499, noNaN: true }),
        fc.double({ min: 0, max: 0.89, noNaN: true }),
        (ms, load) => {
          const turns = Array.from({ length: 50 }, (_, index) => many(ms * load ** index));
          expect(seenAfter(turns)).toBeNull();
        },
      ),
    );
  });
});
