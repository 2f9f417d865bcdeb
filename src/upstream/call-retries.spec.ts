import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import fc from 'fast-check';
import type { FailureReason } from '@/model/failure.js';
import { CallRetries, PassingFailure, passingOrLasting, RetryBudget } from './call-retries.js';
import { UpstreamError } from './upstream-error.js';
import { UpstreamObserver, type RetriedCall } from './upstream-observer.js';

const OPEN = new AbortController().signal;
const UNREACHABLE = new PassingFailure('UNREACHABLE');

let retried: RetriedCall[];
/** When each try was made, from the start of the test on. */
let triesMs: number[];

class RecordingObserver extends UpstreamObserver {
  override callFinished = (): void => undefined;

  override callRetried(call: RetriedCall): void {
    retried.push(call);
  }
}

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  retried = [];
  triesMs = [];
});
afterEach(() => {
  vi.useRealTimers();
});

function retriesOf(random = 0.5, budget = new RetryBudget()): CallRetries {
  return new CallRetries({ source: 's', budget, observer: new RecordingObserver(), random: () => random });
}

/** Throws these errors one after the other, then answers. */
function failing(...errors: readonly Error[]): () => Promise<string> {
  return () => {
    const error = errors[triesMs.length];
    triesMs.push(Date.now());
    return error === undefined ? Promise.resolve('answer') : Promise.reject(error);
  };
}

/** What became of a call, with all pauses passed. */
async function settled(call: Promise<unknown>): Promise<unknown> {
  const outcome = call.catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(10_000);
  return outcome;
}

describe('CallRetries', () => {
  it('makes a call that succeeds once', async () => {
    expect(await settled(retriesOf().run(OPEN, failing()))).toBe('answer');
    expect([triesMs, retried]).toEqual([[0], []]);
  });

  it('makes a call three times at most, and throws the last failure', async () => {
    const last = new PassingFailure('UPSTREAM_ERROR', null, { httpStatus: 503 });
    const call = failing(UNREACHABLE, UNREACHABLE, last, UNREACHABLE);
    expect(await settled(retriesOf().run(OPEN, call))).toBe(last);
    expect(triesMs).toHaveLength(3);
  });

  it.each([
    [0.01, [0, 1, 3]],
    [0.5, [0, 50, 150]],
    [0.99, [0, 99, 297]],
  ])('pauses at random, up to 100 and 200 ms (random number %d)', async (random, expected) => {
    expect(await settled(retriesOf(random).run(OPEN, failing(UNREACHABLE, UNREACHABLE)))).toBe('answer');
    expect(triesMs).toEqual(expected);
  });

  it('waits as long as the upstream asks, up to two seconds', async () => {
    const asking = new PassingFailure('UPSTREAM_ERROR', 2_000, { httpStatus: 503 });
    expect(await settled(retriesOf().run(OPEN, failing(asking)))).toBe('answer');
    expect(triesMs).toEqual([0, 2_000]);
  });

  it('fails a call whose upstream asks for more', async () => {
    const asking = new PassingFailure('THROTTLED', 2_001, { httpStatus: 429 });
    expect(await settled(retriesOf().run(OPEN, failing(asking)))).toBe(asking);
    expect([triesMs, retried]).toEqual([[0], []]);
  });

  it('repeats nothing that is not a transient failure', async () => {
    for (const error of [new UpstreamError('UNREACHABLE'), new Error('text')]) {
      triesMs = [];
      expect(await settled(retriesOf().run(OPEN, failing(error)))).toBe(error);
      expect(triesMs).toHaveLength(1);
    }
  });

  it('reports every retry to the observer', async () => {
    await settled(retriesOf().run(OPEN, failing(UNREACHABLE, new PassingFailure('THROTTLED'))));
    expect(retried).toEqual([
      { source: 's', reason: 'UNREACHABLE' },
      { source: 's', reason: 'THROTTLED' },
    ]);
  });

  it('repeats nothing when the budget is used up', async () => {
    const budget = new RetryBudget();
    while (budget.take());
    expect(await settled(retriesOf(0, budget).run(OPEN, failing(UNREACHABLE)))).toBe(UNREACHABLE);
    for (let tries = 0; tries < 3; tries += 1) await retriesOf(0, budget).run(OPEN, failing());
    triesMs = [];
    // The fifth first try pays for a retry.
    expect(await settled(retriesOf(0, budget).run(OPEN, failing(UNREACHABLE)))).toBe('answer');
  });

  it('ends its pause with the signal, and makes no further call', async () => {
    const controller = new AbortController();
    const call = retriesOf().run(controller.signal, failing(new PassingFailure('THROTTLED', 1_000)));
    const outcome = expect(call).rejects.toMatchObject({ reason: 'TIMEOUT' });
    await vi.advanceTimersByTimeAsync(500);
    controller.abort();
    await outcome;
    expect(vi.getTimerCount()).toBe(0);
    expect([triesMs, retried]).toEqual([[0], []]);
  });
});

describe('passingOrLasting', () => {
  it.each<[FailureReason, number | null, boolean]>([
    ['UNREACHABLE', null, true],
    ['THROTTLED', 429, true],
    ['THROTTLED', 403, true],
    ['THROTTLED', 200, true],
    ['UPSTREAM_ERROR', 429, true],
    ['UPSTREAM_ERROR', 502, true],
    ['UPSTREAM_ERROR', 503, true],
    ['UPSTREAM_ERROR', 504, true],
    ['UPSTREAM_ERROR', 500, false],
    ['UPSTREAM_ERROR', 501, false],
    ['UPSTREAM_ERROR', 400, false],
    ['UPSTREAM_ERROR', 200, false],
    ['UPSTREAM_ERROR', null, false],
    ['TIMEOUT', null, false],
    ['UNAUTHORIZED', 401, false],
    ['UNAUTHORIZED', 503, false],
    ['FORBIDDEN', 403, false],
    ['NOT_FOUND', 404, false],
    ['MALFORMED', null, false],
    ['LIMIT', null, false],
  ])('%s with status %s can be retried: %s', (reason, status, passing) => {
    const failure = passingOrLasting(new UpstreamError(reason, 3, { httpStatus: status }));
    expect(failure).toMatchObject({ reason, status, retryAfterMs: 3, message: reason });
    expect(failure instanceof PassingFailure).toBe(passing);
  });
});

function takeAll(budget: RetryBudget): number {
  let taken = 0;
  while (budget.take()) taken += 1;
  return taken;
}

describe('RetryBudget', () => {
  it('has ten retries at the start', () => {
    expect(takeAll(new RetryBudget())).toBe(10);
  });

  it('gives one retry for five first tries', () => {
    const budget = new RetryBudget();
    takeAll(budget);
    for (let tries = 0; tries < 4; tries += 1) budget.noteFirstTry();
    expect(budget.take()).toBe(false);
    budget.noteFirstTry();
    expect(takeAll(budget)).toBe(1);
  });

  it('saves up ten retries at most', () => {
    const budget = new RetryBudget();
    for (let tries = 0; tries < 1000; tries += 1) budget.noteFirstTry();
    expect(takeAll(budget)).toBe(10);
  });

  it('never gives more than ten and a fifth of the first tries, in any stretch of time', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 400 }), fc.nat(399), (steps, from) => {
        const budget = new RetryBudget();
        let [tries, taken] = [0, 0];
        steps.forEach((isFirstTry, index) => {
          const counts = index >= from ? 1 : 0;
          if (isFirstTry) {
            budget.noteFirstTry();
            tries += counts;
          } else if (budget.take()) taken += counts;
        });
        expect(taken).toBeLessThanOrEqual(10 + tries / 5);
      }),
    );
  });
});
