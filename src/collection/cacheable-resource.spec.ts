import { describe, expect, it } from 'vitest';
import { readMoment, type ReadTimes } from './cacheable-resource.js';

const NOW = { wallMs: Date.parse('2026-11-20T08:00:00Z'), monotonicMs: 5_000 };
const HOUR_MS = 3_600_000;
const FRESH_FOR_MS = 15_000;

function ageMs(times: ReadTimes): number {
  const { wallMs, monotonicMs } = readMoment(times, NOW, FRESH_FOR_MS);
  expect(NOW.wallMs - wallMs).toBe(NOW.monotonicMs - monotonicMs);
  return NOW.monotonicMs - monotonicMs;
}

describe('readMoment', () => {
  it('uses the wall clocks if the store does not know the age', () => {
    expect(ageMs({ fetchTimeMs: NOW.wallMs - 3_000 })).toBe(3_000);
  });

  it('uses the age from the store if the clock of the reader was ahead', () => {
    expect(ageMs({ fetchTimeMs: NOW.wallMs + HOUR_MS, endedMs: NOW.monotonicMs - 20_000 })).toBe(20_000);
  });

  it('takes the greater of the two ages', () => {
    expect(ageMs({ fetchTimeMs: NOW.wallMs - HOUR_MS, endedMs: NOW.monotonicMs - 20_000 })).toBe(HOUR_MS);
  });

  it('never returns a negative age', () => {
    expect(ageMs({ fetchTimeMs: NOW.wallMs + 5, endedMs: NOW.monotonicMs + 5 })).toBe(0);
    expect(ageMs({ fetchTimeMs: NOW.wallMs + 1_000 })).toBe(0);
  });

  it('counts a value from the future as stale if the store does not know its age', () => {
    expect(ageMs({ fetchTimeMs: NOW.wallMs + 1_001 })).toBe(2 * FRESH_FOR_MS);
    expect(ageMs({ fetchTimeMs: NOW.wallMs + HOUR_MS })).toBe(2 * FRESH_FOR_MS);
  });
});
