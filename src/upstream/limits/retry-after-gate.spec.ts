import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SYSTEM_CLOCK } from '@/model/clock.js';
import { SourceRest } from './retry-after-gate.js';

const OPEN = new AbortController().signal;

let rest: SourceRest;

beforeEach(() => {
  jest.useFakeTimers({ now: 1_000_000 });
  rest = new SourceRest(SYSTEM_CLOCK);
});
afterEach(() => {
  jest.useRealTimers();
});

describe('SourceRest', () => {
  it('holds nothing up before it began', async () => {
    await expect(rest.over(OPEN)).resolves.toBeUndefined();
    expect(rest.remainingMs()).toBe(0);
  });

  it('holds up until the very end of two seconds, and not longer', async () => {
    rest.begin(2_000);
    let isOver = false;
    void rest.over(OPEN).then(() => (isOver = true));
    await jest.advanceTimersByTimeAsync(1_999);
    expect([isOver, rest.remainingMs()]).toEqual([false, 1]);
    await jest.advanceTimersByTimeAsync(1);
    expect([isOver, rest.remainingMs()]).toEqual([true, 0]);
  });

  it('is THROTTLED at once with what remains when that is more than two seconds', async () => {
    rest.begin(7_000);
    jest.advanceTimersByTime(500);
    await expect(rest.over(OPEN)).rejects.toMatchObject({ reason: 'THROTTLED', retryAfterMs: 6_500 });
    expect(() => {
      rest.assertShort();
    }).toThrow('THROTTLED');
    jest.advanceTimersByTime(4_500);
    expect(() => {
      rest.assertShort();
    }).not.toThrow();
  });

  it('is THROTTLED for a call that waited when it becomes longer meanwhile', async () => {
    rest.begin(1_000);
    const waiting = expect(rest.over(OPEN)).rejects.toMatchObject({
      reason: 'THROTTLED',
      retryAfterMs: 59_500,
    });
    await jest.advanceTimersByTimeAsync(500);
    rest.begin(60_000);
    await jest.advanceTimersByTimeAsync(500);
    await waiting;
  });

  it('is not shortened by a shorter one', () => {
    rest.begin(60_000);
    jest.advanceTimersByTime(10_000);
    rest.begin(1_000);
    rest.begin(0);
    expect(rest.remainingMs()).toBe(50_000);
  });

  it('is TIMEOUT when its signal is aborted, during the wait or before', async () => {
    rest.begin(1_000);
    const controller = new AbortController();
    const waiting = expect(rest.over(controller.signal)).rejects.toMatchObject({ reason: 'TIMEOUT' });
    controller.abort();
    await waiting;
    expect(jest.getTimerCount()).toBe(0);
    await expect(rest.over(controller.signal)).rejects.toMatchObject({ reason: 'TIMEOUT' });
  });

  it.each([-3_600_000, 3_600_000])('lasts as long as it is when the clock is set by %d ms', (byMs) => {
    rest.begin(60_000);
    jest.advanceTimersByTime(10_000);
    jest.setSystemTime(Date.now() + byMs);
    expect(rest.remainingMs()).toBe(50_000);
  });
});
