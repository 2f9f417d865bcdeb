import { describe, expect, it } from 'vitest';
import { diagnosisOf } from '@/model/diagnosis.js';
import type { Failure } from '@/model/failure.js';
import { backoffMs } from './circuit-rules.js';

const FAILURE: Failure = { reason: 'UNREACHABLE', retryAfterMs: null, diagnosis: null };
const NOT_ENABLED: Failure = {
  reason: 'UPSTREAM_ERROR',
  retryAfterMs: null,
  diagnosis: diagnosisOf('NOT_ENABLED'),
};

function pauses(failure: Failure, count: number): number[] {
  return Array.from({ length: count }, (_, index) => backoffMs(failure, index + 1));
}

describe('backoffMs', () => {
  it('doubles from 1 s after the second failure to 30 s', () => {
    expect(pauses(FAILURE, 8)).toEqual([0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('uses a longer pause that the upstream asks for', () => {
    expect(pauses({ ...FAILURE, retryAfterMs: 3_000 }, 4)).toEqual([3_000, 3_000, 3_000, 4_000]);
  });

  it('doubles from 15 s to 10 min for a feed that is not enabled', () => {
    expect(pauses(NOT_ENABLED, 7)).toEqual([15_000, 30_000, 60_000, 120_000, 240_000, 480_000, 600_000]);
  });
});
