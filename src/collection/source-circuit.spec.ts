import { beforeEach, describe, expect, it } from '@jest/globals';
import type { FailureReason } from '@/model/failure.js';
import { clockOf } from '../../test/support/clock.js';
import { SourceCircuit } from './source-circuit.js';

let nowMs: number;
let circuit: SourceCircuit;
beforeEach(() => {
  nowMs = Date.parse('2026-11-20T08:00:00Z');
  circuit = new SourceCircuit(clockOf(() => nowMs));
});

function fail(name: string, times = 1, reason: FailureReason = 'UNREACHABLE'): void {
  for (let time = 0; time < times; time += 1)
    circuit.fail(name, { reason, retryAfterMs: null, diagnosis: null });
}

/** Four failures of two feeds. */
function open(): void {
  fail('a', 2);
  fail('b', 2);
}

describe('the circuit of a source', () => {
  it('opens when several feeds fail one after the other', () => {
    fail('a', 2);
    fail('b');
    expect(circuit.status).toEqual({ state: 'CLOSED', nextProbeTimeMs: null });
    fail('b');
    expect(circuit.status).toEqual({ state: 'OPEN', nextProbeTimeMs: nowMs + 1_000 });
    expect(circuit.admit('c')).toBe(false);
    expect(circuit.isOpen).toBe(true);
  });

  it('stays closed when only one feed fails', () => {
    fail('a', 20);
    expect(circuit.isOpen).toBe(false);
  });

  it('stays closed while any feed can be read', () => {
    for (let minute = 0; minute < 10; minute += 1) {
      circuit.succeed(nowMs);
      nowMs += 15_000;
      open();
      expect(circuit.isOpen).toBe(false);
    }
    nowMs += 31_000;
    fail('a');
    expect(circuit.isOpen).toBe(true);
  });

  it.each(['FORBIDDEN', 'NOT_FOUND', 'LIMIT'] as const)('takes %s for a matter of the feed', (reason) => {
    fail('a', 5, reason);
    fail('b', 5, reason);
    expect(circuit.isOpen).toBe(false);
  });

  it('is probed by one feed at a time, with growing pauses', () => {
    open();
    const pauses: number[] = [];
    for (let probe = 0; probe < 7; probe += 1) {
      const { nextProbeTimeMs } = circuit.status;
      pauses.push((nextProbeTimeMs ?? 0) - nowMs);
      nowMs = nextProbeTimeMs ?? 0;
      expect([circuit.admit('a'), circuit.admit('b')]).toEqual([true, false]);
      expect(circuit.status).toEqual({ state: 'HALF_OPEN', nextProbeTimeMs: null });
      fail('a');
      circuit.end('a');
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('does not make the pause longer for what was under way', () => {
    open();
    fail('c');
    fail('d');
    expect(circuit.status.nextProbeTimeMs).toBe(nowMs + 1_000);
  });

  it('lets another probe when one ended without an answer', () => {
    open();
    nowMs += 1_000;
    expect(circuit.admit('a')).toBe(true);
    circuit.end('a');
    expect(circuit.admit('b')).toBe(true);
  });

  it('lets all in again when nobody has probed for long, and opens at the next failure', () => {
    open();
    nowMs += 60_000;
    expect([circuit.admit('a'), circuit.admit('b'), circuit.isOpen]).toEqual([true, true, false]);
    fail('a');
    expect([circuit.admit('b'), circuit.isOpen]).toEqual([false, true]);
  });

  it('closes with the first success, and tells', () => {
    let told = 0;
    circuit.onClose(() => (told += 1));
    circuit.onClose(() => (told += 10))();
    circuit.succeed(nowMs);
    open();
    nowMs += 60_000;
    fail('a', 2);
    fail('b', 2);
    expect(circuit.isOpen).toBe(true);
    nowMs += 1;
    circuit.succeed(nowMs);
    expect([circuit.isOpen, circuit.admit('a'), told]).toEqual([false, true, 1]);
  });

  it('does not close for what was read before it failed', () => {
    nowMs += 1;
    open();
    circuit.succeed(nowMs - 1);
    expect(circuit.isOpen).toBe(true);
  });

  it('obeys an upstream that names a time', () => {
    fail('a', 3);
    circuit.fail('b', { reason: 'THROTTLED', retryAfterMs: 120_000, diagnosis: null });
    expect(circuit.status.nextProbeTimeMs).toBe(nowMs + 120_000);
  });
});
