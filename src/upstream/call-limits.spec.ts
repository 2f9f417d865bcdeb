import { describe, expect, it } from '@jest/globals';
import type { SharedLimits } from '@/model/shared-limits.js';
import type { CallRate } from '@/model/source.js';
import { CallLimits } from './call-limits.js';

const OPEN = new AbortController().signal;

function limitsOf(rate: CallRate | null, shared: SharedLimits | null = null): CallLimits {
  const source = { id: 'a', endpoint: 'http://a', concurrency: 1, rate, timeoutMs: 1000 };
  return new CallLimits({ source, shared, clock: () => 1000 });
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

  it('frees the place of work that failed', async () => {
    const limits = limitsOf(null);
    await expect(limits.run(OPEN, () => Promise.reject(new Error('text')))).rejects.toThrow('text');
    expect(await limits.run(OPEN, () => Promise.resolve('next'))).toBe('next');
  });

  it('takes nothing from the budget for a signal that is already aborted', async () => {
    const limits = limitsOf({ calls: 1, perMs: 3_600_000 });
    await expect(limits.spend(AbortSignal.abort())).rejects.toMatchObject({ reason: 'TIMEOUT' });
    await expect(limits.spend(OPEN)).resolves.toBeUndefined();
  });

  it('spends without end where there is no rate', async () => {
    const limits = limitsOf(null);
    for (let call = 0; call < 1000; call += 1) await limits.spend(OPEN);
  });

  it('tells what remains of the window under way, and when it ends', async () => {
    const limits = limitsOf({ calls: 2, perMs: 3_600_000 });
    expect(await limits.budget()).toEqual({ calls: 2, perMs: 3_600_000, remaining: 2, resetTimeMs: null });
    await limits.spend(OPEN);
    const budget = await limits.budget();
    expect(budget?.remaining).toBe(1);
    expect(budget?.resetTimeMs).toBeGreaterThan(1000);
    expect(budget?.resetTimeMs).toBeLessThanOrEqual(3_601_000);
    expect(await limitsOf(null).budget()).toBeNull();
  });

  it('counts the calls that all replicas allowed, for when they are out of reach', async () => {
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

  it('gives a place back that it got after its signal was aborted', async () => {
    let enter = (_leave: () => void): void => undefined;
    const limits = limitsOf(null, {
      of: () => ({
        enter: () => new Promise((resolve) => (enter = resolve)),
        take: () => Promise.resolve(0),
        budget: () => Promise.resolve(null),
      }),
    });
    const controller = new AbortController();
    const call = limits.call(controller.signal, () => Promise.resolve());
    controller.abort();
    await expect(call).rejects.toMatchObject({ reason: 'TIMEOUT' });
    await new Promise<void>((resolve) => {
      enter(resolve);
    });
  });
});
