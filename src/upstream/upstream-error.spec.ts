import { describe, expect, it } from 'vitest';
import { diagnosisOf } from '@/model/diagnosis.js';
import { settle, UpstreamError } from './upstream-error.js';

describe('settle', () => {
  it('returns the result of the work', async () => {
    expect(await settle(() => Promise.resolve(7))).toBe(7);
  });

  it.each([
    [new UpstreamError('THROTTLED', 5000), 'THROTTLED', 5000],
    [new DOMException('aborted', 'AbortError'), 'TIMEOUT', null],
    [new DOMException('late', 'TimeoutError'), 'TIMEOUT', null],
  ])('returns a failure for a thrown %s', async (thrown, reason, retryAfterMs) => {
    const work = (): Promise<never> => Promise.reject(thrown);
    expect(await settle(work)).toEqual({
      outcome: 'failed',
      failure: expect.objectContaining({ reason, retryAfterMs }),
    });
  });

  it('rethrows an internal error', async () => {
    const fault = new TypeError('a bug');
    await expect(settle(() => Promise.reject(fault))).rejects.toBe(fault);
  });

  it('returns a failure when the work throws at once', async () => {
    const work = (): Promise<never> => {
      throw new UpstreamError('LIMIT');
    };
    expect(await settle(work)).toEqual({
      outcome: 'failed',
      failure: { reason: 'LIMIT', retryAfterMs: null, diagnosis: diagnosisOf('TOO_LARGE') },
    });
  });
});
