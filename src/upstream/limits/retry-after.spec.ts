import { describe, expect, it } from 'vitest';
import type { FailureReason } from '@/model/failure.js';
import { retryAfterMs, sourceWaitMs, throttlingWindowMs } from './retry-after.js';

const NOW_MS = Date.UTC(1994, 10, 6, 8, 49, 30);

function read(status: number, headers: Readonly<Record<string, string>>): number | null {
  return retryAfterMs({ status, header: (name) => headers[name] ?? null }, NOW_MS);
}

function readRest(
  status: number,
  reason: FailureReason | null,
  headers: Readonly<Record<string, string>>,
): number | null {
  return sourceWaitMs({ status, header: (name) => headers[name] ?? null }, reason, NOW_MS);
}

describe('retryAfterMs', () => {
  it.each([
    ['seconds', '120', 120_000],
    ['zero', '0', 0],
    ['an HTTP date', 'Sun, 06 Nov 1994 08:49:37 GMT', 7_000],
    ['an HTTP date of RFC 850', 'Sunday, 06-Nov-94 08:49:37 GMT', 7_000],
    ['an asctime date', 'Sun Nov  6 08:49:37 1994', 7_000],
    ['a date in the past', 'Sun, 06 Nov 1994 08:00:00 GMT', 0],
    ['more than an hour', '86400', 3_600_000],
    ['a far date', 'Sun, 06 Nov 2044 08:49:37 GMT', 3_600_000],
    ['a number beyond all measure', '9'.repeat(400), 3_600_000],
    ['a negative number', '-5', null],
    ['nonsense', 'soon', null],
    ['a weekday and nonsense', 'Sun, 99 Foo 99:99:99 GMT', null],
    ['nothing', '', null],
  ])('reads %s', (_name, value, expected) => {
    expect(read(503, { 'retry-after': value })).toBe(expected);
  });

  it("compares a date with the answer's own, so that a wrong clock of the gateway changes nothing", () => {
    const headers = { date: 'Sun, 06 Nov 1994 09:49:30 GMT', 'retry-after': 'Sun, 06 Nov 1994 09:49:37 GMT' };
    expect(read(503, headers)).toBe(7_000);
    expect(read(503, { ...headers, date: 'nonsense' })).toBe(3_600_000);
  });

  it("reads OCP's RateLimit-Reset of a 429 only", () => {
    expect(read(429, { 'ratelimit-reset': '8' })).toBe(8_000);
    expect(read(500, { 'ratelimit-reset': '8' })).toBeNull();
  });

  it('prefers Retry-After', () => {
    expect(read(429, { 'retry-after': '3', 'ratelimit-reset': '8' })).toBe(3_000);
  });

  it('is null where the answer states nothing', () => {
    expect(read(429, {})).toBeNull();
  });
});

describe('sourceWaitMs', () => {
  it('is the time that a throttled answer states, whatever its status', () => {
    expect(readRest(429, 'THROTTLED', { 'retry-after': '3' })).toBe(3_000);
    expect(readRest(403, 'THROTTLED', { 'retry-after': '3' })).toBe(3_000);
    expect(readRest(429, 'THROTTLED', { 'ratelimit-reset': '8' })).toBe(8_000);
    expect(readRest(429, 'THROTTLED', {})).toBeNull();
  });

  it('is null for an answer that failed otherwise', () => {
    expect(readRest(503, 'UPSTREAM_ERROR', { 'retry-after': '3' })).toBeNull();
    expect(readRest(429, 'UPSTREAM_ERROR', { 'retry-after': '3' })).toBeNull();
  });

  it('lasts to the end of a window whose last call this was', () => {
    const window = { 'ratelimit-limit': '10', 'ratelimit-reset': '8' };
    expect(readRest(200, null, { ...window, 'ratelimit-remaining': '0' })).toBe(8_000);
    expect(readRest(404, 'NOT_FOUND', { ...window, 'ratelimit-remaining': '0' })).toBe(8_000);
    expect(readRest(200, 'THROTTLED', { ...window, 'ratelimit-remaining': '0' })).toBe(8_000);
    expect(readRest(200, null, { ...window, 'ratelimit-remaining': '1' })).toBeNull();
    expect(readRest(200, null, window)).toBeNull();
    expect(readRest(200, null, { 'ratelimit-remaining': '0' })).toBeNull();
  });

  it('is at most an hour', () => {
    const window = { 'ratelimit-remaining': '0', 'ratelimit-reset': '86400' };
    expect(readRest(200, null, window)).toBe(3_600_000);
  });
});

const REACHED = 'The throttling threshold has been reached: policy';

describe('throttlingWindowMs', () => {
  it.each([
    ['user over ratelimit,limit:200,time:5 minute', 300_000],
    ['ip over ratelimit,limit:5,time:1 second', 1_000],
    ['ip over ratelimit, limit:5, time:30 seconds', 30_000],
    ['api over ratelimit,limit:1000,time:1 hour', 3_600_000],
    ['domain over ratelimit,limit:1000,time:2 Day', 172_800_000],
    ['user over ratelimit', null],
    ['user over ratelimit,limit:5,time:9999999999 minute', null],
    ['user over ratelimit,limit:5,time:1 fortnight', null],
  ])('reads "%s"', (policy, expected) => {
    expect(throttlingWindowMs({ error_msg: `${REACHED} ${policy}`, error_code: 'APIGW.0308' })).toBe(
      expected,
    );
  });

  it.each([undefined, null, 'over ratelimit,limit:5,time:1 second', [], { error_msg: 7 }])(
    'is null for %j',
    (body) => {
      expect(throttlingWindowMs(body)).toBeNull();
    },
  );
});

describe('a throttled answer', () => {
  const body = { error_msg: `${REACHED} user over ratelimit,limit:200,time:5 minute` };

  it('asks to wait for its window, where no header says how long', () => {
    expect(retryAfterMs({ status: 429, header: () => null, body }, 0)).toBe(300_000);
    expect(
      retryAfterMs({ status: 429, header: (name) => (name === 'retry-after' ? '7' : null), body }, 0),
    ).toBe(7_000);
  });

  it('never asks for more than an hour', () => {
    const longest = { error_msg: `${REACHED} user over ratelimit,limit:1,time:1 day` };
    expect(retryAfterMs({ status: 429, header: () => null, body: longest }, 0)).toBe(3_600_000);
  });
});
