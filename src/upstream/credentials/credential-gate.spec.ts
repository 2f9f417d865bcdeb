import { beforeEach, describe, expect, it } from 'vitest';
import type { FailureReason } from '@/model/failure.js';
import { SteppedClock } from '../../../test/support/clock.js';
import { UpstreamError } from '../upstream-error.js';
import type { CredentialGate } from './credential-gate.js';
import { CredentialGates } from './credential-gates.js';

const OPEN = new AbortController().signal;
const KEY = { account: ['AK'], secret: ['SK'] };

/** A call whose end the test decides. */
class PendingCall {
  started = false;
  end!: (reason: FailureReason | 'OK') => void;
  readonly work = (): Promise<string> => {
    this.started = true;
    return new Promise((resolve, reject) => {
      this.end = (reason) => {
        if (reason === 'OK') resolve('answer');
        else reject(new UpstreamError(reason));
      };
    });
  };
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('CredentialGate', () => {
  let clock: SteppedClock;
  let gates: CredentialGates;
  let gate: CredentialGate;
  const succeed = (): Promise<string> => Promise.resolve('answer');
  const fail = (reason: FailureReason) => (): Promise<string> => Promise.reject(new UpstreamError(reason));
  const refused = fail('UNAUTHORIZED');

  beforeEach(() => {
    clock = new SteppedClock(1_000_000);
    gates = new CredentialGates(clock, null);
    gate = gates.gateOf(KEY, 'css');
  });

  async function expectClosedFor(remainingMs: number): Promise<void> {
    const call = new PendingCall();
    await expect(gate.pass(OPEN, call.work)).rejects.toMatchObject({
      reason: 'UNAUTHORIZED',
      retryAfterMs: remainingMs,
    });
    expect(call.started).toBe(false);
  }

  it('lets one call at a time through until one has succeeded', async () => {
    const calls = Array.from({ length: 12 }, () => new PendingCall());
    const answers = calls.map((call) => gate.pass(OPEN, call.work));
    await settle();
    expect(calls.filter(({ started }) => started)).toHaveLength(1);

    calls[0]?.end('OK');
    await settle();
    expect(calls.every(({ started }) => started)).toBe(true);
    for (const call of calls) call.end('OK');
    expect(await Promise.all(answers)).toHaveLength(12);
  });

  it('makes one call only when the first of many is rejected', async () => {
    const calls = Array.from({ length: 12 }, () => new PendingCall());
    const answers = Promise.allSettled(calls.map((call) => gate.pass(OPEN, call.work)));
    await settle();
    calls[0]?.end('UNAUTHORIZED');
    for (const answer of await answers) {
      expect(answer).toMatchObject({ status: 'rejected', reason: { reason: 'UNAUTHORIZED' } });
    }
    expect(calls.filter(({ started }) => started)).toHaveLength(1);
  });

  it('backs off longer after each rejection in a row', async () => {
    for (const pauseMs of [2_000, 30_000, 1_200_000, 3_600_000, 3_600_000]) {
      await expect(gate.pass(OPEN, refused)).rejects.toMatchObject({ retryAfterMs: null });
      await expectClosedFor(pauseMs);
      clock.nowMs += pauseMs - 1;
      await expectClosedFor(1);
      clock.nowMs += 1;
    }
  });

  it.each([-3_600_000, 3_600_000])(
    'backs off for the right time when the clock is set by %d ms',
    async (byMs) => {
      await expect(gate.pass(OPEN, refused)).rejects.toBeInstanceOf(UpstreamError);
      await expect(gates.gateOf(KEY, 'cbr').pass(OPEN, succeed)).rejects.toMatchObject({
        retryAfterMs: 2_000,
      });
      clock.step(byMs);
      await expectClosedFor(2_000);
      clock.pass(2_000);
      await expect(gates.gateOf(KEY, 'cbr').pass(OPEN, succeed)).resolves.toBe('answer');
      await expect(gate.pass(OPEN, succeed)).resolves.toBe('answer');
    },
  );

  it('sends one probe when the pause ends', async () => {
    await gate.pass(OPEN, succeed);
    await expect(gate.pass(OPEN, refused)).rejects.toBeInstanceOf(UpstreamError);
    clock.nowMs += 2_000;
    const [probe, waiting] = [new PendingCall(), new PendingCall()];
    const answers = [gate.pass(OPEN, probe.work), gate.pass(OPEN, waiting.work)];
    await settle();
    expect([probe.started, waiting.started]).toEqual([true, false]);
    probe.end('OK');
    await settle();
    waiting.end('OK');
    expect(await Promise.all(answers)).toEqual(['answer', 'answer']);
  });

  it('starts with the shortest pause again after a success', async () => {
    for (const pauseMs of [2_000, 30_000]) {
      await expect(gate.pass(OPEN, refused)).rejects.toBeInstanceOf(UpstreamError);
      clock.nowMs += pauseMs;
    }
    await gate.pass(OPEN, succeed);
    await expect(gate.pass(OPEN, refused)).rejects.toBeInstanceOf(UpstreamError);
    await expectClosedFor(2_000);
  });

  it('tries again soon after calls that were rejected together, but stays below the limit that locks a key', async () => {
    await gate.pass(OPEN, succeed);
    const calls = Array.from({ length: 4 }, () => new PendingCall());
    const answers = Promise.allSettled(calls.map((call) => gate.pass(OPEN, call.work)));
    for (const call of calls) call.end('UNAUTHORIZED');
    await answers;
    await expectClosedFor(2_000);
    clock.nowMs += 2_000;
    await expect(gate.pass(OPEN, refused)).rejects.toMatchObject({ retryAfterMs: null });
    await expectClosedFor(3_600_000);
  });

  it('counts a late rejection from before the last success elsewhere as a first one', async () => {
    await gate.pass(OPEN, succeed);
    const calls = [new PendingCall(), new PendingCall()];
    const answers = Promise.allSettled(calls.map((call) => gate.pass(OPEN, call.work)));
    calls[0]?.end('UNAUTHORIZED');
    await settle();
    clock.nowMs += 2_000;
    await gates.gateOf(KEY, 'cbr').pass(OPEN, succeed);
    calls[1]?.end('UNAUTHORIZED');
    await answers;
    await expect(gates.gateOf(KEY, 'cce').pass(OPEN, succeed)).rejects.toMatchObject({ retryAfterMs: 2_000 });
  });

  it('does not block calls at a service that accepts the key after a rejection at another', async () => {
    const elsewhere = gates.gateOf(KEY, 'cbr');
    await elsewhere.pass(OPEN, succeed);
    await expect(gate.pass(OPEN, refused)).rejects.toMatchObject({ retryAfterMs: null });
    expect(await elsewhere.pass(OPEN, succeed)).toBe('answer');
    await expectClosedFor(2_000);
  });

  it('lets another service probe while a first call hangs', async () => {
    const elsewhere = gates.gateOf(KEY, 'cbr');
    void gate.pass(OPEN, new PendingCall().work);
    expect(await elsewhere.pass(OPEN, succeed)).toBe('answer');
  });

  it('does not wait indefinitely for a first call that hangs', async () => {
    void gate.pass(OPEN, new PendingCall().work);
    const second = gate.pass(OPEN, succeed);
    clock.nowMs += 300;
    expect(await second).toBe('answer');
  });

  it('stays closed when a call from before the rejection succeeds late', async () => {
    await gate.pass(OPEN, succeed);
    const [late, refusal] = [new PendingCall(), new PendingCall()];
    const answers = Promise.allSettled([gate.pass(OPEN, late.work), gate.pass(OPEN, refusal.work)]);
    refusal.end('UNAUTHORIZED');
    await settle();
    late.end('OK');
    await answers;
    await expectClosedFor(2_000);
  });

  it.each(['TIMEOUT', 'UNREACHABLE', 'UPSTREAM_ERROR', 'FORBIDDEN', 'THROTTLED'] as const)(
    'counts %s of a probe as neither success nor rejection',
    async (reason) => {
      await expect(gate.pass(OPEN, fail(reason))).rejects.toMatchObject({ reason });
      const [first, second] = [new PendingCall(), new PendingCall()];
      const answers = [gate.pass(OPEN, first.work), gate.pass(OPEN, second.work)];
      await settle();
      expect([first.started, second.started]).toEqual([true, false]);
      first.end('OK');
      await settle();
      second.end('OK');
      await Promise.all(answers);
    },
  );

  it('releases a waiting call when its signal is aborted', async () => {
    const [probe, waiting] = [new PendingCall(), new PendingCall()];
    const controller = new AbortController();
    const first = gate.pass(OPEN, probe.work);
    const second = gate.pass(controller.signal, waiting.work);
    controller.abort();
    await expect(second).rejects.toMatchObject({ reason: 'TIMEOUT' });
    probe.end('OK');
    await first;
    expect(waiting.started).toBe(false);
  });

  it.each([
    ['at one place', ['css', 'css', 'css']],
    ['at three places', ['css', 'cbr', 'cce']],
    ['at six places', ['a', 'b', 'c', 'd', 'e', 'f']],
  ])('has at most five rejected calls in an hour of constant demand %s', async (_where, places) => {
    let attempts = 0;
    const attempt = async (): Promise<never> => {
      attempts += 1;
      await Promise.resolve();
      throw new UpstreamError('UNAUTHORIZED');
    };
    for (const endMs = clock.nowMs + 3_600_000; clock.nowMs < endMs; clock.nowMs += 500) {
      await Promise.allSettled(places.map((place) => gates.gateOf(KEY, place).pass(OPEN, attempt)));
    }
    expect(attempts).toBeGreaterThanOrEqual(4);
    expect(attempts).toBeLessThanOrEqual(5);
  });
});
