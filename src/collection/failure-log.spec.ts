import { beforeEach, describe, expect, it } from 'vitest';
import { diagnosisOf, type Diagnosis } from '@/model/diagnosis.js';
import type { Failure, FailureReason } from '@/model/failure.js';
import { FailureLog } from './failure-log.js';

const FEED = 'sources/s/feeds/f';
let lines: [level: string, facts: object, message: string][];
let log: FailureLog;

beforeEach(() => {
  lines = [];
  log = new FailureLog(FEED, {
    warn: (facts, message) => lines.push(['warn', facts, message]),
    info: (facts, message) => lines.push(['info', facts, message]),
  });
});

function failure(reason: FailureReason, diagnosis: Diagnosis | null = null): Failure {
  return { reason, retryAfterMs: null, diagnosis };
}

const EXPIRED = failure('UNREACHABLE', diagnosisOf('TLS_EXPIRED'));
const THROTTLED = { httpStatus: 429, errorCode: 'APIGW.0308' };

describe('FailureLog', () => {
  it('warns once with all details when the same failure repeats', () => {
    log.failed(failure('THROTTLED', diagnosisOf('HTTP_STATUS', { ...THROTTLED, requestId: 'a' })), true);
    log.failed(failure('THROTTLED', diagnosisOf('HTTP_STATUS', { ...THROTTLED, requestId: 'b' })), true);
    const facts = {
      feed: FEED,
      reason: 'THROTTLED',
      cause: 'HTTP_STATUS',
      call: 'READ',
      ...THROTTLED,
      upstreamRequestId: 'a',
    };
    expect(lines).toEqual([['warn', facts, 'a feed cannot be read']]);
  });

  it.each([
    ['reason', failure('TIMEOUT', diagnosisOf('TLS_EXPIRED'))],
    ['cause', failure('UNREACHABLE', diagnosisOf('DNS'))],
    ['call', failure('UNREACHABLE', diagnosisOf('TLS_EXPIRED', { call: 'LOG_IN' }))],
    ['status', failure('UNREACHABLE', diagnosisOf('TLS_EXPIRED', { httpStatus: 500 }))],
    ['error code', failure('UNREACHABLE', diagnosisOf('TLS_EXPIRED', { errorCode: 'E1' }))],
  ])('warns again when the %s changes', (_, other) => {
    for (const each of [EXPIRED, other, other, EXPIRED]) log.failed(each, true);
    expect(lines.map(([level]) => level)).toEqual(['warn', 'warn', 'warn']);
  });

  it('logs a recovery once, and nothing if there was no failure', () => {
    log.succeeded(true);
    log.failed(EXPIRED, true);
    log.succeeded(true);
    log.succeeded(true);
    expect(lines.slice(1)).toEqual([['info', { feed: FEED }, 'a feed can be read again']]);
    log.failed(EXPIRED, true);
    expect(lines.at(-1)?.[0]).toBe('warn');
  });

  it('does not log the reads of another replica', () => {
    log.failed(EXPIRED, false);
    log.failed(EXPIRED, true);
    log.succeeded(false);
    expect(lines).toEqual([]);
    log.failed(EXPIRED, false);
    log.succeeded(true);
    expect(lines.map(([level]) => level)).toEqual(['info']);
  });
});
