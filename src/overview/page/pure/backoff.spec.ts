import { describe, expect, it } from 'vitest';
import { nextRoundMs, retryAfterMs } from './backoff.js';

describe('the wait before the next round', () => {
  it.each([
    [0, null, 15_000],
    [1, null, 30_000],
    [2, null, 60_000],
    [20, null, 300_000],
    [1, 2_000, 30_000],
    [1, 45_000, 45_000],
    [3, 900_000, 900_000],
  ])('after %d failures and Retry-After of %p is %d ms', (failures, retryAfter, waitMs) => {
    expect(nextRoundMs({ failures, retryAfterMs: retryAfter, settling: 0 })).toBe(waitMs);
  });

  it.each([
    [0, 1, null, 2_000],
    [0, 2, null, 4_000],
    [0, 4, null, 15_000],
    [1, 1, null, 2_000],
    [2, 1, 5_000, 5_000],
    [9, 9, null, 300_000],
  ])(
    'after %d failures and %d rounds in which something was still being read, asked to wait %p, is %d ms',
    (...row) => {
      const [failures, settling, retryAfter, waitMs] = row;
      expect(nextRoundMs({ failures, settling, retryAfterMs: retryAfter })).toBe(waitMs);
    },
  );
});

describe('Retry-After', () => {
  const nowMs = Date.parse('2026-11-29T12:00:00Z');

  it.each([
    ['5', 5_000],
    ['0', 0],
    ['-5', 0],
    ['Sun, 29 Nov 2026 12:00:30 GMT', 30_000],
    ['Sun, 29 Nov 2026 11:00:00 GMT', 0],
    ['soon', null],
    ['', null],
    [null, null],
  ])('of %p is %p ms', (header, waitMs) => {
    expect(retryAfterMs(header, nowMs)).toBe(waitMs);
  });
});
