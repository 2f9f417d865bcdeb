import { describe, expect, it } from '@jest/globals';
import { readMoment, type ReadTimes } from './read-moment.js';

const NOW = { wallMs: Date.parse('2026-11-20T08:00:00Z'), monotonicMs: 5_000 };
const HOUR_MS = 3_600_000;
const FRESH_FOR_MS = 15_000;

function ageMs(times: ReadTimes): number {
  const { wallMs, monotonicMs } = readMoment(times, NOW, FRESH_FOR_MS);
  expect(NOW.wallMs - wallMs).toBe(NOW.monotonicMs - monotonicMs);
  return NOW.monotonicMs - monotonicMs;
}

describe('the age of what was read', () => {
  it('is what wall clocks say where the store says nothing', () => {
    expect(ageMs({ fetchTimeMs: NOW.wallMs - 3_000 })).toBe(3_000);
  });

  it('is what the store says where the clock of the reader was ahead', () => {
    expect(ageMs({ fetchTimeMs: NOW.wallMs + HOUR_MS, endedMs: NOW.monotonicMs - 20_000 })).toBe(20_000);
  });

  it('is the longer of the two', () => {
    expect(ageMs({ fetchTimeMs: NOW.wallMs - HOUR_MS, endedMs: NOW.monotonicMs - 20_000 })).toBe(HOUR_MS);
  });

  it('is never below zero', () => {
    expect(ageMs({ fetchTimeMs: NOW.wallMs + 5, endedMs: NOW.monotonicMs + 5 })).toBe(0);
    expect(ageMs({ fetchTimeMs: NOW.wallMs + 1_000 })).toBe(0);
  });

  it('is taken to be stale where it was read in the future and the store says nothing', () => {
    expect(ageMs({ fetchTimeMs: NOW.wallMs + 1_001 })).toBe(2 * FRESH_FOR_MS);
    expect(ageMs({ fetchTimeMs: NOW.wallMs + HOUR_MS })).toBe(2 * FRESH_FOR_MS);
  });
});
