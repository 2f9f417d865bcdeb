import { afterEach, describe, expect, it, vi } from 'vitest';
import { SYSTEM_CLOCK, type Clock } from '@/model/clock.js';
import type { SharedLimits } from '@/model/shared-limits.js';
import type { CallRate } from '@/model/source.js';
import { clockOf } from '../../../test/support/clock.js';
import { CallLimits } from './call-limits.js';

const OPEN = new AbortController().signal;

afterEach(() => {
  vi.useRealTimers();
});

function limitsOf(
  rate: CallRate | null,
  shared: SharedLimits | null = null,
  clock: Clock = clockOf(() => 1000),
): CallLimits {
  const source = { id: 'a', endpoint: 'http://a', concurrency: 1, rate, timeoutMs: 1000 };
  return new CallLimits({ source, shared, clock });
}

describe('CallLimits', () => {
  it('never starts work that was aborted while it queued', async () => {
    const limits = limitsOf(null);
    let release = (): void => undefined;
    const first = limits.run(OPEN, () => new Promise<void>((resolve) => (release = resolve)));
    const controller = new AbortController();
    let started = false;
    const queued = limits.run(controller.signal, () => {
      started = true;
      return Promise.resolve();
    });
    controller.abort();
    await expect(queued).rejects.toMatchObject({ reason: 'TIMEOUT' });
    release();
    await first;
    await limits.run(OPEN, () => Promise.resolve());
    expect(started).toBe(false);
  });

  it('frees the slot of work that failed', async () => {
    const limits = limitsOf(null);
    await expect(limits.run(OPEN, () => Promise.reject(new Error('text')))).rejects.toThrow('text');
    expect(await limits.run(OPEN, () => Promise.resolve('next'))).toBe('next');
  });

  it('spends nothing of the budget for a signal that is already aborted', async () => {
    const limits = limitsOf({ calls: 1, perMs: 3_600_000 });
    await expect(limits.spend(AbortSignal.abort())).rejects.toMatchObject({ reason: 'TIMEOUT' });
    await expect(limits.spend(OPEN)).resolves.toBeUndefined();
  });

  it('has no limit where there is no rate', async () => {
    const limits = limitsOf(null);
    for (let call = 0; call < 1000; call += 1) await limits.spend(OPEN);
  });

  it('reports what remains of the current window, and when it ends', async () => {
    const limits = limitsOf({ calls: 2, perMs: 3_600_000 });
    expect(await limits.budget()).toEqual({ calls: 2, perMs: 3_600_000, remaining: 2, resetTimeMs: null });
    await limits.spend(OPEN);
    const budget = await limits.budget();
    expect(budget?.remaining).toBe(1);
    expect(budget?.resetTimeMs).toBeGreaterThan(1000);
    expect(budget?.resetTimeMs).toBeLessThanOrEqual(3_601_250);
    expect(await limitsOf(null).budget()).toBeNull();
  });

  it('counts the calls that all replicas allowed, for the time without Redis', async () => {
    let reachable = true;
    const limits = limitsOf(
      { calls: 2, perMs: 3_600_000 },
      {
        of: () => ({
          enter: () => Promise.resolve(() => undefined),
          take: () => Promise.resolve(reachable ? 0 : null),
          budget: () => Promise.resolve(null),
        }),
      },
    );
    await limits.spend(OPEN);
    reachable = false;
    expect(await limits.budget()).toMatchObject({ remaining: 1 });
    await limits.spend(OPEN);
    const controller = new AbortController();
    const third = limits.spend(controller.signal);
    controller.abort();
    await expect(third).rejects.toMatchObject({ reason: 'TIMEOUT' });
  });

  it('returns a slot that it got after its signal was aborted', async () => {
    let enter = (_leave: () => void): void => undefined;
    let ask = (): void => undefined;
    const asked = new Promise<void>((resolve) => (ask = resolve));
    const limits = limitsOf(null, {
      of: () => ({
        enter: () => {
          ask();
          return new Promise((resolve) => (enter = resolve));
        },
        take: () => Promise.resolve(0),
        budget: () => Promise.resolve(null),
      }),
    });
    const controller = new AbortController();
    const call = limits.call(controller.signal, () => Promise.resolve());
    await asked;
    controller.abort();
    await expect(call).rejects.toMatchObject({ reason: 'TIMEOUT' });
    await new Promise<void>((resolve) => {
      enter(resolve);
    });
  });

  it('returns its slot for a Retry-After that began while it waited, and then takes one again', async () => {
    vi.useFakeTimers({ now: 0 });
    const log: string[] = [];
    let limits: CallLimits | null = null;
    const shared: SharedLimits = {
      of: () => ({
        enter: () => {
          log.push(`enter ${Date.now()}`);
          if (Date.now() === 0) limits?.gate.closeFor(1_000);
          return Promise.resolve(() => log.push(`leave ${Date.now()}`));
        },
        take: () => Promise.resolve(0),
        budget: () => Promise.resolve(null),
      }),
    };
    limits = limitsOf(null, shared, SYSTEM_CLOCK);
    const call = limits.call(OPEN, () => Promise.resolve(log.push(`call ${Date.now()}`)));
    await vi.advanceTimersByTimeAsync(1_000);
    await call;
    expect(log).toEqual(['enter 0', 'leave 0', 'enter 1000', 'call 1000', 'leave 1000']);
  });

  it('queues nothing while a long Retry-After holds', async () => {
    const limits = limitsOf(null);
    await new Promise<void>((resolve) => {
      void limits.run(OPEN, () => {
        resolve();
        return new Promise(() => undefined);
      });
    });
    limits.gate.closeFor(7_000);
    await expect(limits.run(OPEN, () => Promise.resolve())).rejects.toMatchObject({
      reason: 'THROTTLED',
      retryAfterMs: 7_000,
    });
  });
});
