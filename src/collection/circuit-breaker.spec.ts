import { beforeEach, describe, expect, it } from 'vitest';
import type { FailureReason } from '@/model/failure.js';
import type { Backoff } from '@/snapshots/snapshot-store.js';
import { clockOf } from '../../test/support/clock.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { CONSECUTIVE_FAILURES, SEVERAL_FEEDS } from './circuit-rules.js';

const NOW = Date.parse('2026-11-20T08:00:00Z');

let nowMs: number;
const clock = clockOf(() => nowMs);
let breaker: CircuitBreaker;
beforeEach(() => {
  nowMs = NOW;
});

function fail(name: string, times = 1, reason: FailureReason = 'UNREACHABLE'): void {
  for (let time = 0; time < times; time += 1)
    breaker.fail(name, { reason, retryAfterMs: null, diagnosis: null });
}

describe('the circuit breaker of one feed', () => {
  beforeEach(() => {
    breaker = new CircuitBreaker({ clock, rule: CONSECUTIVE_FAILURES });
  });

  function told(failedAtMs: number, pauseMs = 4_000): Backoff {
    return {
      reason: 'TIMEOUT',
      diagnosis: null,
      failuresInARow: 4,
      failedAtMs,
      notBeforeMs: failedAtMs + pauseMs,
    };
  }

  it.each([
    ['UNREACHABLE', [false, false, true]],
    ['TIMEOUT', [true, true, true]],
    ['UNREACHABLE after TIMEOUT', [true, false, true]],
  ] as const)('opens after three failures, or at once after a time-out: %s', (reasons, isOpen) => {
    const [later, first = later] = reasons.split(' after ') as [FailureReason, FailureReason?];
    const found = [first, later, later].map((reason) => {
      fail('a', 1, reason);
      return breaker.isOpen;
    });
    expect(found).toEqual(isOpen);
  });

  it('pauses from the second failure on, and probes after each pause', () => {
    fail('a');
    expect(breaker.admit('a')).toBe('admitted');
    fail('a');
    expect([breaker.pauseMs, breaker.admit('a')]).toEqual([1_000, 'refused']);
    nowMs += 1_000;
    expect(breaker.admit('a')).toBe('admitted');
    fail('a');
    nowMs += 2_000;
    expect(breaker.admit('a')).toBe('probe');
    expect(breaker.status).toEqual({ state: 'HALF_OPEN', nextProbeTimeMs: null });
    fail('a');
    breaker.release('a');
    expect(breaker.status).toEqual({ state: 'OPEN', nextProbeTimeMs: nowMs + 4_000 });
  });

  it('allows a read as usual when nobody has probed for 5 s', () => {
    fail('a', 3);
    nowMs += 7_000;
    expect(breaker.admit('a')).toBe('admitted');
    fail('a');
    expect(breaker.status).toEqual({ state: 'OPEN', nextProbeTimeMs: nowMs + 4_000 });
  });

  it('tells other replicas of the last failure', () => {
    expect(breaker.backoff).toBeNull();
    fail('a', 2);
    expect(breaker.backoff).toEqual({
      reason: 'UNREACHABLE',
      diagnosis: null,
      failuresInARow: 2,
      failedAtMs: NOW,
      notBeforeMs: NOW + 1_000,
    });
  });

  it('adopts a failure of another replica, with its count and its pause', () => {
    nowMs += 1_000;
    breaker.adopt('a', told(NOW));
    expect(breaker).toMatchObject({ isOpen: true, lastErrorTimeMs: NOW, pauseMs: 3_000 });
    fail('a');
    expect(breaker.backoff?.failuresInARow).toBe(5);
  });

  it('adopts nothing older than its own last failure or success', () => {
    fail('a');
    breaker.adopt('a', told(NOW));
    expect(breaker.failure?.reason).toBe('UNREACHABLE');
    expect(breaker.succeed(NOW + 1)).toBe(true);
    breaker.adopt('a', told(NOW + 1));
    expect(breaker.failure).toBeNull();
  });

  it('keeps the length of a pause from a replica whose clock is ahead', () => {
    breaker.adopt('a', told(NOW + 3_600_000));
    expect(breaker).toMatchObject({ lastErrorTimeMs: NOW, pauseMs: 4_000 });
  });

  it('resets on a success', () => {
    breaker.adopt('a', told(NOW));
    breaker.succeed(NOW);
    expect(breaker).toMatchObject({ isOpen: false, pauseMs: 0, failure: null, lastErrorTimeMs: NOW });
  });

  it('allows the next read at once after a resume', () => {
    fail('a', 3);
    breaker.resume();
    expect(breaker.admit('a')).toBe('admitted');
  });
});

describe('the circuit breaker of a source', () => {
  beforeEach(() => {
    breaker = new CircuitBreaker({ clock, rule: SEVERAL_FEEDS });
  });

  /** Four failures of two feeds. */
  function open(): void {
    fail('a', 2);
    fail('b', 2);
  }

  it('opens when several feeds fail one after the other', () => {
    fail('a', 2);
    fail('b');
    expect(breaker.status).toEqual({ state: 'CLOSED', nextProbeTimeMs: null });
    fail('b');
    expect(breaker.status).toEqual({ state: 'OPEN', nextProbeTimeMs: nowMs + 1_000 });
    expect(breaker.admit('c')).toBe('refused');
    expect(breaker.isOpen).toBe(true);
  });

  it('stays closed, without a pause, when only one feed fails', () => {
    fail('a', 20);
    expect([breaker.isOpen, breaker.pauseMs]).toEqual([false, 0]);
  });

  it('stays closed while any feed can be read', () => {
    for (let minute = 0; minute < 10; minute += 1) {
      breaker.succeed(nowMs);
      nowMs += 15_000;
      open();
      expect(breaker.isOpen).toBe(false);
    }
    nowMs += 31_000;
    fail('a');
    expect(breaker.isOpen).toBe(true);
  });

  it.each(['FORBIDDEN', 'NOT_FOUND', 'LIMIT'] as const)(
    'does not count %s, which concerns one feed only',
    (reason) => {
      fail('a', 5, reason);
      fail('b', 5, reason);
      expect(breaker.isOpen).toBe(false);
    },
  );

  it('lets one feed at a time probe, with growing pauses', () => {
    open();
    const pauses: number[] = [];
    for (let probe = 0; probe < 7; probe += 1) {
      const { nextProbeTimeMs } = breaker.status;
      pauses.push((nextProbeTimeMs ?? 0) - nowMs);
      nowMs = nextProbeTimeMs ?? 0;
      expect([breaker.admit('a'), breaker.admit('b')]).toEqual(['probe', 'refused']);
      expect(breaker.status).toEqual({ state: 'HALF_OPEN', nextProbeTimeMs: null });
      fail('a');
      breaker.release('a');
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('does not lengthen the pause for reads that were in flight when it opened', () => {
    open();
    fail('c');
    fail('d');
    expect(breaker.status.nextProbeTimeMs).toBe(nowMs + 1_000);
  });

  it('lets another feed probe when a probe ended without an answer', () => {
    open();
    nowMs += 1_000;
    expect(breaker.admit('a')).toBe('probe');
    breaker.release('a');
    expect(breaker.admit('b')).toBe('probe');
  });

  it('allows all feeds when nobody has probed for long, and opens at the next failure', () => {
    open();
    nowMs += 60_000;
    expect([breaker.admit('a'), breaker.admit('b'), breaker.isOpen]).toEqual(['admitted', 'admitted', false]);
    fail('a');
    expect([breaker.admit('b'), breaker.isOpen]).toEqual(['refused', true]);
  });

  it('closes with the first success, and calls its listeners', () => {
    let calls = 0;
    breaker.onClose(() => (calls += 1));
    breaker.onClose(() => (calls += 10))();
    breaker.succeed(nowMs);
    open();
    nowMs += 60_000;
    fail('a', 2);
    fail('b', 2);
    expect(breaker.isOpen).toBe(true);
    nowMs += 1;
    breaker.succeed(nowMs);
    expect([breaker.isOpen, breaker.admit('a'), calls]).toEqual([false, 'admitted', 1]);
  });

  it('does not close for a read that ended before the failure', () => {
    nowMs += 1;
    open();
    expect(breaker.succeed(nowMs - 1)).toBe(false);
    expect(breaker.isOpen).toBe(true);
  });

  it('does not count a feed that is removed', () => {
    fail('a', 3);
    breaker.remove('a');
    fail('b', 2);
    expect(breaker.isOpen).toBe(false);
  });

  it('stays open until the time that the upstream names', () => {
    fail('a', 3);
    breaker.fail('b', { reason: 'THROTTLED', retryAfterMs: 120_000, diagnosis: null });
    expect(breaker.status.nextProbeTimeMs).toBe(nowMs + 120_000);
  });
});

describe('the circuit breakers of a source and its feeds', () => {
  let source: CircuitBreaker;
  let failures: [FailureReason, boolean][];

  beforeEach(() => {
    source = new CircuitBreaker({ clock, rule: SEVERAL_FEEDS });
    failures = [];
    breaker = new CircuitBreaker({
      clock,
      rule: CONSECUTIVE_FAILURES,
      parent: source,
      onFailure: ({ reason }, isOwn) => failures.push([reason, isOwn]),
    });
  });

  /** The feeds of two other breakers fail. */
  function openSource(): void {
    for (const name of ['x', 'x', 'y', 'y']) {
      source.fail(name, { reason: 'TIMEOUT', retryAfterMs: null, diagnosis: null });
    }
  }

  it('counts the failures of a feed, its own and those of other replicas, for the source', () => {
    fail('a', 2);
    nowMs += 11;
    const backoff = { failuresInARow: 3, failedAtMs: nowMs, notBeforeMs: nowMs + 2_000 };
    breaker.adopt('a', { reason: 'TIMEOUT', diagnosis: null, ...backoff });
    expect(source.failureCount).toBe(3);
    expect(failures).toEqual([
      ['UNREACHABLE', true],
      ['UNREACHABLE', true],
      ['TIMEOUT', false],
    ]);
  });

  it('rejects the reads of a feed while the circuit of the source is open, and says why', () => {
    expect(breaker.obstacle).toBeNull();
    openSource();
    expect([breaker.admit('a'), breaker.pauseMs, breaker.obstacle]).toEqual([
      'refused',
      1_000,
      'CIRCUIT_OPEN',
    ]);
    expect(breaker.status.state).toBe('CLOSED');
    fail('a');
    expect(breaker.obstacle).toBe('UNREACHABLE');
  });

  it('lets a feed probe for the source, and closes the circuit of the source with its success', () => {
    openSource();
    nowMs += 1_000;
    expect(breaker.admit('a')).toBe('probe');
    expect(source.status.state).toBe('HALF_OPEN');
    breaker.succeed(nowMs);
    breaker.release('a');
    expect(source.status.state).toBe('CLOSED');
  });

  it('shows the probe of a feed in both circuits', () => {
    fail('a', 3);
    openSource();
    nowMs += 2_000;
    expect(breaker.admit('a')).toBe('probe');
    expect([breaker.status.state, source.status.state]).toEqual(['HALF_OPEN', 'HALF_OPEN']);
    breaker.release('a');
    expect([breaker.status.state, source.status.state]).toEqual(['OPEN', 'OPEN']);
  });

  it('does not use up the probe of the source while the feed itself pauses', () => {
    openSource();
    fail('a', 4);
    nowMs += 2_000;
    expect(breaker.admit('a')).toBe('refused');
    expect(source.admit('x')).toBe('probe');
  });
});
