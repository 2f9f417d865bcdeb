import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SYSTEM_CLOCK } from '@/model/clock.js';
import { RetryAfterGate } from './retry-after-gate.js';

const OPEN = new AbortController().signal;

let gate: RetryAfterGate;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  gate = new RetryAfterGate(SYSTEM_CLOCK);
});
afterEach(() => {
  vi.useRealTimers();
});

describe('RetryAfterGate', () => {
  it('delays nothing before it starts', async () => {
    await expect(gate.untilOpen(OPEN)).resolves.toBeUndefined();
    expect(gate.remainingMs()).toBe(0);
  });

  it('delays until the end of two seconds, and not longer', async () => {
    gate.closeFor(2_000);
    let isOver = false;
    void gate.untilOpen(OPEN).then(() => (isOver = true));
    await vi.advanceTimersByTimeAsync(1_999);
    expect([isOver, gate.remainingMs()]).toEqual([false, 1]);
    await vi.advanceTimersByTimeAsync(1);
    expect([isOver, gate.remainingMs()]).toEqual([true, 0]);
  });

  it('fails with THROTTLED at once, with the time that remains, when that is more than two seconds', async () => {
    gate.closeFor(7_000);
    vi.advanceTimersByTime(500);
    await expect(gate.untilOpen(OPEN)).rejects.toMatchObject({ reason: 'THROTTLED', retryAfterMs: 6_500 });
    expect(() => {
      gate.assertOpensSoon();
    }).toThrow('THROTTLED');
    vi.advanceTimersByTime(4_500);
    expect(() => {
      gate.assertOpensSoon();
    }).not.toThrow();
  });

  it('fails a waiting call with THROTTLED when it becomes longer meanwhile', async () => {
    gate.closeFor(1_000);
    const waiting = expect(gate.untilOpen(OPEN)).rejects.toMatchObject({
      reason: 'THROTTLED',
      retryAfterMs: 59_500,
    });
    await vi.advanceTimersByTimeAsync(500);
    gate.closeFor(60_000);
    await vi.advanceTimersByTimeAsync(500);
    await waiting;
  });

  it('is not shortened by a shorter one', () => {
    gate.closeFor(60_000);
    vi.advanceTimersByTime(10_000);
    gate.closeFor(1_000);
    gate.closeFor(0);
    expect(gate.remainingMs()).toBe(50_000);
  });

  it('fails with TIMEOUT when the signal is aborted, during the wait or before', async () => {
    gate.closeFor(1_000);
    const controller = new AbortController();
    const waiting = expect(gate.untilOpen(controller.signal)).rejects.toMatchObject({ reason: 'TIMEOUT' });
    controller.abort();
    await waiting;
    expect(vi.getTimerCount()).toBe(0);
    await expect(gate.untilOpen(controller.signal)).rejects.toMatchObject({ reason: 'TIMEOUT' });
  });

  it.each([-3_600_000, 3_600_000])('keeps its length when the clock is set by %d ms', (byMs) => {
    gate.closeFor(60_000);
    vi.advanceTimersByTime(10_000);
    vi.setSystemTime(Date.now() + byMs);
    expect(gate.remainingMs()).toBe(50_000);
  });
});
