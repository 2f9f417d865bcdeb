import type { Clock } from '@/model/clock.js';
import type { CircuitStatus } from '@/model/collection.js';
import type { Diagnosis } from '@/model/diagnosis.js';
import { isNotEnabled, type Failure, type FailureReason } from '@/model/failure.js';
import { FORGOTTEN_AFTER_MS, pauseAfter } from './pacing.js';

/** Failures in a row, of two feeds or more, after which the whole source is left alone. */
const FAILURES_TO_OPEN = 4;
const FEEDS_TO_OPEN = 2;
/** A source of which any feed could be read so lately is not down. */
const SUCCESS_COUNTS_MS = 30_000;

/** Failures that say something about one feed only. */
const OF_THE_FEED: ReadonlySet<FailureReason> = new Set(['FORBIDDEN', 'NOT_FOUND', 'LIMIT', 'CIRCUIT_OPEN']);

/**
 * Leaves a source alone when its feeds fail one after the other: where an upstream is down, not each of its feeds
 * needs to find out. After a pause one feed probes; its success lets all others in again.
 */
export class SourceCircuit {
  #failuresInARow = 0;
  #lastSuccessMs = Number.NEGATIVE_INFINITY;
  #lastFailureMs = Number.NEGATIVE_INFINITY;
  readonly #failing = new Set<string>();
  /** By the monotonic clock, as all times here. */
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  #isOpen = false;
  /** How often in a row it was found to be down. */
  #probes = 0;
  #probe: string | null = null;
  #diagnosis: Diagnosis | null = null;
  readonly #onClose = new Set<() => void>();

  constructor(private readonly clock: Clock) {}

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** What was seen of the last failure that it counts; null where it was not told. */
  get diagnosis(): Diagnosis | null {
    return this.#diagnosis;
  }

  get status(): CircuitStatus {
    if (!this.#isOpen) return { state: 'CLOSED', nextProbeTimeMs: null };
    if (this.#probe !== null) return { state: 'HALF_OPEN', nextProbeTimeMs: null };
    return { state: 'OPEN', nextProbeTimeMs: this.clock.wallMs() + this.pauseMs };
  }

  /** For so long nobody asks; 0 where it is not open. */
  get pauseMs(): number {
    return this.#isOpen ? Math.max(0, this.#notBeforeMs - this.clock.monotonicMs()) : 0;
  }

  /** Called when the source is let in again. Answers what ends that. */
  onClose(listener: () => void): () => void {
    this.#onClose.add(listener);
    return () => this.#onClose.delete(listener);
  }

  /** True when a read of the feed (or of the list of feeds) may begin. It is to be told of the read's end. */
  admit(name: string): boolean {
    if (!this.#isOpen) return true;
    if (this.#probe !== null || this.pauseMs > 0) return false;
    if (this.clock.monotonicMs() >= this.#notBeforeMs + FORGOTTEN_AFTER_MS) return this.forget();
    this.#probe = name;
    return true;
  }

  /** The read is over, whether or not an upstream was asked. */
  end(name: string): void {
    if (this.#probe === name) this.#probe = null;
  }

  /** Nobody will read the feed any more. */
  leave(name: string): void {
    this.end(name);
    this.#failing.delete(name);
  }

  /** A read ended well at that time of the monotonic clock, here or in another replica. */
  succeed(endedMs: number): void {
    if (endedMs < this.#lastFailureMs) return;
    this.#lastSuccessMs = endedMs;
    this.#failuresInARow = 0;
    this.#failing.clear();
    this.#probes = 0;
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#probe = null;
    for (const listener of this.#onClose) listener();
  }

  fail(name: string, failure: Failure): void {
    if (OF_THE_FEED.has(failure.reason) || isNotEnabled(failure)) return;
    this.#diagnosis = failure.diagnosis;
    const nowMs = this.clock.monotonicMs();
    this.#lastFailureMs = nowMs;
    this.#failuresInARow += 1;
    this.#failing.add(name);
    if (!this.#isOpen && !this.isDown()) return;
    this.#isOpen = true;
    // Only a probe that fails makes the pause longer, not what was under way when the source went down.
    if (this.#probe === name || this.#probes === 0) this.#probes += 1;
    this.#notBeforeMs = Math.max(this.#notBeforeMs, nowMs + pauseAfter(failure, 1 + this.#probes));
  }

  /** Nobody has probed for long: it may well be up again. The next failure opens it at once. */
  private forget(): true {
    this.#isOpen = false;
    this.#lastSuccessMs = Number.NEGATIVE_INFINITY;
    return true;
  }

  private isDown(): boolean {
    if (this.#failuresInARow < FAILURES_TO_OPEN || this.#failing.size < FEEDS_TO_OPEN) return false;
    return this.clock.monotonicMs() - this.#lastSuccessMs > SUCCESS_COUNTS_MS;
  }
}
