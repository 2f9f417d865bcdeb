import { beforeEach, describe, expect, it } from '@jest/globals';
import type { FailureReason } from '@/model/failure.js';
import type { Backoff } from '@/snapshots/snapshot-store.js';
import { clockOf } from '../../test/support/clock.js';
import { Setbacks } from './setbacks.js';

const NOW = Date.parse('2026-11-20T08:00:00Z');

let nowMs: number;
let setbacks: Setbacks;
beforeEach(() => {
  nowMs = NOW;
  setbacks = new Setbacks(clockOf(() => nowMs));
});

function told(failedAtMs: number, pauseMs = 4_000): Backoff {
  return {
    reason: 'TIMEOUT',
    diagnosis: null,
    failuresInARow: 4,
    failedAtMs,
    notBeforeMs: failedAtMs + pauseMs,
  };
}

describe('what is known of failures', () => {
  it('is taken over from another replica, with its count and its pause', () => {
    nowMs += 1_000;
    expect(setbacks.adopt(told(NOW), null)).toBe(true);
    expect(setbacks).toMatchObject({
      isOpen: true,
      paused: true,
      lastErrorMs: NOW,
      pauseMs: 3_000,
    });
    expect(setbacks.add({ reason: 'TIMEOUT', retryAfterMs: null, diagnosis: null })).toMatchObject({
      failuresInARow: 5,
    });
  });

  it('is not taken over when it is older than a failure or a success that is known', () => {
    setbacks.add({ reason: 'UNREACHABLE', retryAfterMs: null, diagnosis: null });
    expect(setbacks.adopt(told(NOW), null)).toBe(false);
    expect(setbacks.adopt(told(NOW + 1), NOW + 1)).toBe(false);
    expect(setbacks.failure?.reason).toBe('UNREACHABLE');
  });

  it('keeps the length of a pause that a replica with a clock ahead tells of', () => {
    setbacks.adopt(told(NOW + 3_600_000), null);
    expect(setbacks).toMatchObject({ lastErrorMs: NOW, pauseMs: 4_000 });
  });

  it.each([
    ['UNREACHABLE', [false, false, true]],
    ['TIMEOUT', [true, true, true]],
    ['UNREACHABLE after TIMEOUT', [true, false, true]],
  ] as const)('keeps questions from waiting any more: %s', (reasons, isOpen) => {
    const [later, first = later] = reasons.split(' after ') as [FailureReason, FailureReason?];
    const found = [first, later, later].map((reason) => {
      setbacks.add({ reason, retryAfterMs: null, diagnosis: null });
      return setbacks.isOpen;
    });
    expect(found).toEqual(isOpen);
  });

  it('is forgotten with a success', () => {
    setbacks.adopt(told(NOW), null);
    setbacks.clear();
    expect(setbacks).toMatchObject({ isOpen: false, paused: false, failure: null, lastErrorMs: NOW });
  });
});
