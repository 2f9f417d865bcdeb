import { describe, expect, it } from '@jest/globals';
import { CallLimits } from './call-limits.js';

const OPEN = new AbortController().signal;

describe('CallLimits', () => {
  it('never starts work that was aborted while it queued', async () => {
    const limits = new CallLimits({ concurrency: 1, rate: null });
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
    const limits = new CallLimits({ concurrency: 1, rate: null });
    await expect(limits.run(OPEN, () => Promise.reject(new Error('text')))).rejects.toThrow('text');
    expect(await limits.run(OPEN, () => Promise.resolve('next'))).toBe('next');
  });

  it('takes nothing from the budget for a signal that is already aborted', async () => {
    const limits = new CallLimits({ concurrency: 1, rate: { calls: 1, perMs: 3_600_000 } });
    await expect(limits.spend(AbortSignal.abort())).rejects.toMatchObject({ reason: 'TIMEOUT' });
    await expect(limits.spend(OPEN)).resolves.toBeUndefined();
  });

  it('spends without end where there is no rate', async () => {
    const limits = new CallLimits({ concurrency: 1, rate: null });
    for (let call = 0; call < 1000; call += 1) await limits.spend(OPEN);
  });
});
