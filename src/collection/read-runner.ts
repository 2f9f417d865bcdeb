import { setMaxListeners } from 'node:events';
import { diagnosisOf } from '@/model/diagnosis.js';
import type { Failure } from '@/model/failure.js';
import type { ReadContext } from '@/model/provider.js';
import { yieldToEventLoop } from '@/scheduling/cooperative.js';
import { stallTolerantTimeout } from '@/scheduling/stall-tolerant-timeout.js';
import { SILENT_LOG, type ReadLog } from './failure-log.js';

/** Receives internal errors. */
export interface ErrorLog {
  error(error: unknown, message: string): void;
}

export interface RunOptions extends Omit<ReadContext, 'signal'> {
  readonly timeoutMs: number;
  /** The read stops when one of them is aborted. */
  readonly signals: readonly AbortSignal[];
}

/** The failure of a read that did not end within its timeout. */
const TIMED_OUT: Failure = { reason: 'TIMEOUT', retryAfterMs: null, diagnosis: diagnosisOf('TIMEOUT') };
/** The failure that an internal error counts as. */
export const INTERNAL_ERROR: Failure = {
  reason: 'UPSTREAM_ERROR',
  retryAfterMs: null,
  diagnosis: diagnosisOf('INTERNAL'),
};

/** Runs reads within a timeout of their own. A read may outlive the request that caused it, but not the process. */
export class ReadRunner {
  readonly #stop = new AbortController();
  #started: Promise<void> = Promise.resolve();

  /** `log` receives what feeds fail with and that they recover; without it nothing is logged. */
  constructor(
    private readonly errors: ErrorLog,
    readonly log: ReadLog = SILENT_LOG,
  ) {
    // Each read in flight listens.
    setMaxListeners(0, this.#stop.signal);
  }

  /** Aborted when the process stops. */
  get stopped(): AbortSignal {
    return this.#stop.signal;
  }

  /** Resolves when the next read may start. Reads that start together do not block the event loop. */
  turn(): Promise<void> {
    this.#started = this.#started.then(() => yieldToEventLoop());
    return this.#started;
  }

  /** Never rejects: an internal error is logged and counts as a failed read. */
  async run<T>(
    { timeoutMs, signals, ...context }: RunOptions,
    read: (context: ReadContext) => Promise<T>,
  ): Promise<T | { readonly failure: Failure }> {
    const joined = new JoinedSignal([...signals, this.#stop.signal]);
    const { signal } = joined;
    const cancelTimeout = stallTolerantTimeout(timeoutMs, joined.abort);
    try {
      return await read({ ...context, signal });
    } catch (error) {
      if (signal.aborted) return { failure: TIMED_OUT };
      this.report(error);
      return { failure: INTERNAL_ERROR };
    } finally {
      cancelTimeout();
      joined.release();
    }
  }

  /** Logs an internal error. */
  report(error: unknown): void {
    this.errors.error(error, 'internal error while reading a feed');
  }

  /** Aborts every read in flight. */
  stop(): void {
    this.#stop.abort();
  }
}

/**
 * A signal that is aborted with the first of several. On Node 20 `AbortSignal.any` leaks an entry in each of them for
 * every read, and the signal that stops the process lives as long as the process.
 */
class JoinedSignal {
  readonly #controller = new AbortController();

  constructor(private readonly signals: readonly AbortSignal[]) {
    // Each page of the read listens.
    setMaxListeners(0, this.signal);
    for (const signal of signals) signal.addEventListener('abort', this.abort, { once: true });
    if (signals.some(({ aborted }) => aborted)) this.abort();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  readonly abort = (): void => {
    this.#controller.abort();
  };

  /** Removes the listeners. */
  release(): void {
    for (const signal of this.signals) signal.removeEventListener('abort', this.abort);
  }
}
