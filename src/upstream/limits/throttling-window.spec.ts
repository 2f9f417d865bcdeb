import { describe, expect, it } from '@jest/globals';
import { retryAfterMs } from './retry-after.js';
import { throttlingWindowMs } from './throttling-window.js';

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
