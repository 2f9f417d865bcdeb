import type { Clock } from '@/model/clock.js';
import type { CircuitStatus } from '@/model/collection.js';
import type { Diagnosis } from '@/model/diagnosis.js';
import type { Failure, FailureReason } from '@/model/failure.js';
import type { Backoff } from '@/snapshots/snapshot-store.js';
import { backoffMs, type FailureStreak, type TripRule } from './circuit-rules.js';

/** An open circuit counts as closed if nobody probes it this long after its pause: the upstream may well be up. */
const FORGOTTEN_AFTER_MS = 5_000;
/** Two reports within this time are of one failure: its time went through another clock and was rounded. */
const SAME_FAILURE_MS = 10;

export interface CircuitBreakerOptions {
  readonly clock: Clock;
  readonly rule: TripRule;
  /** The breaker of the whole source. It learns of every success and failure, and may refuse reads as well. */
  readonly parent?: CircuitBreaker;
  /** Called after each failure. `isOwn`: a read of this replica failed. */
  readonly onFailure?: (failure: Failure, isOwn: boolean) => void;
}

/** Whether a read may start: `probe` if the circuit is open and the read finds out whether the upstream is up again. */
export type Admission = 'refused' | 'admitted' | 'probe';

/**
 * Pauses reads that fail, of one feed or of a whole source. While the circuit is open, one read at a time probes the
 * upstream after each pause, and nobody waits for it. The first success closes the circuit.
 */
export class CircuitBreaker {
  #failure: Failure | null = null;
  #failuresInARow = 0;
  #failureCount = 0;
  #lastErrorTimeMs: number | null = null;
  /** By the monotonic clock, as the next two. */
  #failedMs = Number.NEGATIVE_INFINITY;
  #succeededMs = Number.NEGATIVE_INFINITY;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  readonly #failingNames = new Set<string>();
  #isOpen = false;
  #probes = 0;
  #probe: string | null = null;
  readonly #onClose = new Set<() => void>();

  constructor(private readonly options: CircuitBreakerOptions) {}

  /** The last failure; null once a read has succeeded. */
  get failure(): Failure | null {
    return this.#failure;
  }

  /** The number of all failures so far. */
  get failureCount(): number {
    return this.#failureCount;
  }

  /** When a read last failed, whatever has happened since: epoch milliseconds, for display. */
  get lastErrorTimeMs(): number | null {
    return this.#lastErrorTimeMs;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get status(): CircuitStatus {
    if (!this.#isOpen) return { state: 'CLOSED', nextProbeTimeMs: null };
    if (this.#probe !== null) return { state: 'HALF_OPEN', nextProbeTimeMs: null };
    return { state: 'OPEN', nextProbeTimeMs: this.options.clock.wallMs() + this.ownPauseMs };
  }

  /** No read may start for this long. */
  get pauseMs(): number {
    return Math.max(this.ownPauseMs, this.options.parent?.pauseMs ?? 0);
  }

  /** Why reads fail or are refused; null if neither is known. */
  get obstacle(): FailureReason | null {
    return this.#failure?.reason ?? (this.options.parent?.isOpen === true ? 'CIRCUIT_OPEN' : null);
  }

  /** Details of the failure behind an obstacle; null if nothing more is known. */
  diagnosisOf(reason: FailureReason | null): Diagnosis | null {
    if (reason === 'CIRCUIT_OPEN') return this.options.parent?.failure?.diagnosis ?? null;
    return this.#failure?.reason === reason ? this.#failure.diagnosis : null;
  }

  /** What other replicas should know of the last failure; null if there is none. */
  get backoff(): Backoff | null {
    if (this.#failure === null || this.#lastErrorTimeMs === null) return null;
    return {
      reason: this.#failure.reason,
      diagnosis: this.#failure.diagnosis,
      failuresInARow: this.#failuresInARow,
      failedAtMs: this.#lastErrorTimeMs,
      notBeforeMs: this.#lastErrorTimeMs + Math.max(0, this.#notBeforeMs - this.#failedMs),
    };
  }

  /** Calls the listener when a success closes the circuit. Answers the function that removes the listener. */
  onClose(listener: () => void): () => void {
    this.#onClose.add(listener);
    return () => this.#onClose.delete(listener);
  }

  /** Asks whether a read may start. `release` must be called when an admitted read has ended. */
  admit(name: string): Admission {
    if (this.ownPauseMs > 0 || this.#probe !== null) return 'refused';
    const byParent = this.options.parent?.admit(name) ?? 'admitted';
    if (byParent === 'refused' || !this.#isOpen) return byParent;
    if (this.options.clock.monotonicMs() >= this.#notBeforeMs + FORGOTTEN_AFTER_MS) {
      this.forget(name);
      return byParent;
    }
    this.#probe = name;
    return 'probe';
  }

  /** The read has ended, whether or not it reached the upstream. */
  release(name: string): void {
    if (this.#probe === name) this.#probe = null;
    this.options.parent?.release(name);
  }

  /** The name will not be read any more. */
  remove(name: string): void {
    this.release(name);
    this.#failingNames.delete(name);
    this.options.parent?.remove(name);
  }

  /** Counts a read that succeeded and ended at that time of the monotonic clock. False if a later read failed. */
  succeed(endedMs: number): boolean {
    if (endedMs < this.#failedMs) return false;
    const wasOpen = this.#isOpen;
    this.#succeededMs = endedMs;
    this.#failure = null;
    this.#failuresInARow = 0;
    this.#failingNames.clear();
    this.#isOpen = false;
    this.#probes = 0;
    this.#probe = null;
    this.resume();
    if (wasOpen) for (const listener of this.#onClose) listener();
    this.options.parent?.succeed(endedMs);
    return true;
  }

  /** Counts a read of this replica that failed. */
  fail(name: string, failure: Failure): void {
    if (!this.options.rule.counts(failure)) return;
    this.#failingNames.add(name);
    this.count(failure, { inARow: this.#failuresInARow + 1, agoMs: 0 });
    // A probe that fails makes the pause longer; a read that was in flight when the circuit opened does not.
    if (this.#isOpen && (this.#probe === name || this.#probes === 0)) this.#probes += 1;
    const count = this.options.rule.backoffCount(this.streakOf(failure));
    if (count > 0) this.pauseFor(backoffMs(failure, count));
    this.report(name, failure, true);
  }

  /** Takes over a failure of another replica, unless something newer is known. */
  adopt(name: string, { failuresInARow, failedAtMs, notBeforeMs, ...failed }: Backoff): void {
    // The clock of the other replica may be ahead.
    const agoMs = Math.max(0, this.options.clock.wallMs() - failedAtMs);
    const failedMs = this.options.clock.monotonicMs() - agoMs;
    if (failedMs <= Math.max(this.#failedMs + SAME_FAILURE_MS, this.#succeededMs)) return;
    const failure = { ...failed, retryAfterMs: null };
    this.count(failure, { inARow: failuresInARow, agoMs });
    this.pauseFor(notBeforeMs - failedAtMs);
    this.report(name, failure, false);
  }

  /** Ends the pause: the next read may start at once. */
  resume(): void {
    this.#notBeforeMs = Number.NEGATIVE_INFINITY;
  }

  /** Nobody has probed for long, so requests wait for this read. */
  private forget(name: string): void {
    if (this.options.parent !== undefined) {
      // Of one feed: until the read has ended, it is not known whether the upstream is up again.
      this.#probe = name;
      return;
    }
    // Of a source: all its feeds may be read again; the next failure opens the circuit at once.
    this.#isOpen = false;
    this.#succeededMs = Number.NEGATIVE_INFINITY;
  }

  private get ownPauseMs(): number {
    return Math.max(0, this.#notBeforeMs - this.options.clock.monotonicMs());
  }

  private report(name: string, failure: Failure, isOwn: boolean): void {
    this.options.parent?.fail(name, failure);
    this.options.onFailure?.(failure, isOwn);
  }

  private count(failure: Failure, { inARow, agoMs }: { inARow: number; agoMs: number }): void {
    this.#failure = failure;
    this.#failuresInARow = inARow;
    this.#failureCount += 1;
    this.#lastErrorTimeMs = this.options.clock.wallMs() - agoMs;
    this.#failedMs = this.options.clock.monotonicMs() - agoMs;
    this.#isOpen = this.options.rule.trips(this.streakOf(failure));
  }

  private pauseFor(pauseMs: number): void {
    this.#notBeforeMs = Math.max(this.#notBeforeMs, this.#failedMs + pauseMs);
  }

  private streakOf(last: Failure): FailureStreak {
    return {
      last,
      inARow: this.#failuresInARow,
      names: this.#failingNames,
      sinceSuccessMs: this.options.clock.monotonicMs() - this.#succeededMs,
      isOpen: this.#isOpen,
      probes: this.#probes,
    };
  }
}
