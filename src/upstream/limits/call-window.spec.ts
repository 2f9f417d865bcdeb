import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import fc from 'fast-check';
import { SYSTEM_CLOCK } from '@/model/clock.js';
import type { CallRate } from '@/model/source.js';
import { CallWindow } from './call-window.js';

const RATE: CallRate = { calls: 10, perMs: 60_000 };

let window: CallWindow;
/** When each call went out. */
let sentMs: number[];

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-11-20T08:00:00Z') });
  window = new CallWindow(RATE, SYSTEM_CLOCK);
  sentMs = [];
});
afterEach(() => {
  vi.useRealTimers();
});

/** Makes so many calls, each as soon as it may go. */
function call(times: number): void {
  for (let time = 0; time < times; time += 1) {
    for (let waitMs = window.take(); waitMs > 0; waitMs = window.take()) {
      vi.advanceTimersByTime(waitMs);
    }
    sentMs.push(performance.now());
  }
}

/** The most calls that an upstream counts in any window of that length. */
function mostIn(perMs: number): number {
  return Math.max(...sentMs.map((endMs) => sentMs.filter((ms) => ms <= endMs && ms > endMs - perMs).length));
}

describe('the calls in a window', () => {
  it('are no more than allowed around a boundary, for an upstream that counts a sliding window', () => {
    call(1);
    vi.advanceTimersByTime(59_000);
    call(9);
    vi.advanceTimersByTime(1_000);
    call(10);
    expect(mostIn(RATE.perMs)).toBe(10);
  });

  it('are no more than allowed, whenever they are made, and as many as allowed', () => {
    const pause = fc.constantFrom(0, 1, 900, 20_000, 59_999, 60_000, 150_000);
    fc.assert(
      fc.property(fc.array(fc.record({ pause, calls: fc.integer({ min: 1, max: 15 }) })), (steps) => {
        window = new CallWindow(RATE, SYSTEM_CLOCK);
        sentMs = [0];
        vi.advanceTimersByTime(200_000);
        for (const { pause: ms, calls } of steps) {
          vi.advanceTimersByTime(ms);
          call(calls);
        }
        expect(mostIn(RATE.perMs)).toBeLessThanOrEqual(10);
      }),
      { numRuns: 100 },
    );
    vi.advanceTimersByTime(200_000);
    const beganMs = performance.now();
    call(10);
    expect(performance.now()).toBe(beganMs);
  });

  it.each([-3_600_000, 3_600_000])('wait no longer when the clock is set by %d ms', (byMs) => {
    call(10);
    vi.setSystemTime(Date.now() + byMs);
    const waitMs = window.take();
    expect(waitMs).toBeGreaterThan(59_000);
    expect(waitMs).toBeLessThan(62_000);
  });

  it('report what remains, and when the next may start', () => {
    expect(window.budget()).toEqual({ ...RATE, remaining: 10, resetTimeMs: null });
    call(1);
    vi.advanceTimersByTime(30_000);
    call(2);
    const budget = window.budget();
    expect(budget.remaining).toBe(7);
    vi.setSystemTime(budget.resetTimeMs ?? 0);
    vi.advanceTimersByTime(30_250);
    expect(window.budget()).toMatchObject({ remaining: 8 });
  });
});
