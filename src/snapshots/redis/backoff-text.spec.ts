import { describe, expect, it } from 'vitest';
import { diagnosisOf } from '@/model/diagnosis.js';
import {
  boundBackoff,
  formatBackoff,
  LONGEST_BACKOFF_TEXT,
  parseBackoff,
  readBackoff,
} from './backoff-text.js';

const BACKOFF = { reason: 'UNREACHABLE', failuresInARow: 3, failedAtMs: 456, notBeforeMs: 4456 } as const;

describe('a backoff as text', () => {
  it('is read as it was written, what was seen included', () => {
    const backoff = { ...BACKOFF, diagnosis: diagnosisOf('TLS_EXPIRED') };
    expect(parseBackoff(formatBackoff(backoff), 5_000)).toEqual(backoff);
  });

  it('of an earlier release is read without the last failure seen', () => {
    expect(parseBackoff('4456 456 3 UNREACHABLE', 5_000)).toEqual({ ...BACKOFF, diagnosis: null });
  });

  it('is bounded', () => {
    const longest = 'x'.repeat(64);
    const diagnosis = diagnosisOf('TLS_CLIENT_CERTIFICATE', {
      ...{ call: 'LOG_IN', httpStatus: 999, errorCode: longest, requestId: longest },
    });
    const numbers = { failuresInARow: 1e15, failedAtMs: 8.64e15, notBeforeMs: 8.64e15 };
    const text = formatBackoff({ reason: 'UPSTREAM_ERROR', ...numbers, diagnosis });
    expect(text.length).toBeLessThan(LONGEST_BACKOFF_TEXT);
  });
});

describe('readBackoff', () => {
  it('reads what a replica of an earlier release announces', () => {
    expect(readBackoff(BACKOFF)).toEqual({ ...BACKOFF, diagnosis: null });
  });

  it('ignores what it does not know', () => {
    const told = { ...BACKOFF, diagnosis: { cause: 'DNS', text: 'upstream text' }, text: 'more' };
    expect(readBackoff(told)).toEqual({ ...BACKOFF, diagnosis: diagnosisOf('DNS') });
  });

  it.each([null, 7, {}, { ...BACKOFF, reason: 'TIRED' }, { ...BACKOFF, failedAtMs: '1' }])(
    'is null for %j',
    (value) => {
      expect(readBackoff(value)).toBeNull();
    },
  );
});

describe('a backoff from Redis', () => {
  const told = { ...BACKOFF, diagnosis: null };

  it('pauses nobody for more than an hour from now', () => {
    expect(boundBackoff({ ...told, notBeforeMs: 8.64e15 }, 456)?.notBeforeMs).toBe(3_600_456);
  });

  it('is ignored when it is from the future, or not a backoff', () => {
    expect(boundBackoff({ ...told, failedAtMs: 3_600_456 }, 456)).toBeNull();
    for (const text of ['', '1 2 3', '1 2 3 NONSENSE', 'x 2 3 TIMEOUT'])
      expect(parseBackoff(text, 456)).toBeNull();
  });
});
