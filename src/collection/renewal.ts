import type { Clock } from '@/model/clock.js';
import type { Failure } from '@/model/failure.js';
import { pauseAfter } from './pacing.js';

/** What one attempt to read came to. */
export type Attempt<T> = { readonly value: T } | { readonly failure: Failure };

/** A value read from an upstream now and then: one read at a time, however many ask. */
export class Renewal<T> {
  #reading: { readonly done: Promise<void>; readonly startedMs: number } | null = null;
  #failure: Failure | null = null;
  #failuresInARow = 0;
  #notBeforeMs = 0;
  #lastErrorMs: number | null = null;
  #lastSuccessMs: number | null = null;

  constructor(
    private readonly attempt: (traceparent: string | null) => Promise<Attempt<T>>,
    private readonly clock: Clock,
    private readonly onValue: (value: T) => void,
  ) {}

  /** The last attempt's failure; null once an attempt succeeds. */
  get failure(): Failure | null {
    return this.#failure;
  }

  get lastErrorMs(): number | null {
    return this.#lastErrorMs;
  }

  /** When the newest value was had. */
  get lastSuccessMs(): number | null {
    return this.#lastSuccessMs;
  }

  /** Since when a read is under way; null when none is. */
  get readingSinceMs(): number | null {
    return this.#reading?.startedMs ?? null;
  }

  /** True while, after failures, no new read may start. */
  get paused(): boolean {
    return this.#reading === null && this.clock() < this.#notBeforeMs;
  }

  /** Joins the read under way or starts one. Resolves when it is over, whatever came of it; null while paused. */
  renew(traceparent: string | null): Promise<void> | null {
    if (this.paused) return null;
    this.#reading ??= { done: this.read(traceparent), startedMs: this.clock() };
    return this.#reading.done;
  }

  private async read(traceparent: string | null): Promise<void> {
    const attempt = await this.attempt(traceparent);
    this.#reading = null;
    if ('failure' in attempt) this.fail(attempt.failure);
    else this.succeed(attempt.value);
  }

  private succeed(value: T): void {
    this.#failure = null;
    this.#failuresInARow = 0;
    this.#notBeforeMs = 0;
    this.#lastSuccessMs = this.clock();
    this.onValue(value);
  }

  private fail(failure: Failure): void {
    const now = this.clock();
    this.#failure = failure;
    this.#failuresInARow += 1;
    this.#lastErrorMs = now;
    this.#notBeforeMs = now + pauseAfter(failure, this.#failuresInARow);
  }
}
