import type { Failure } from '@/model/failure.js';
import type { ReadContext } from '@/model/provider.js';
import type { Attempt } from './renewal.js';

/** Tells of faults that are ours, not an upstream's. */
export interface FaultLog {
  error(fault: unknown, message: string): void;
}

export interface ReadRun {
  readonly boundMs: number;
  readonly traceparent: string | null;
  readonly onCall: () => void;
}

const CUT: Failure = { reason: 'TIMEOUT', retryAfterMs: null };
const BROKEN: Failure = { reason: 'UPSTREAM_ERROR', retryAfterMs: null };

/** Runs reads within their own bound, beyond the life of the request that caused them, until the process stops. */
export class ReadRunner {
  readonly #stop = new AbortController();

  constructor(private readonly faults: FaultLog) {}

  /** Never rejects: a fault of ours is logged and counts as a failed attempt. */
  async run<T>(run: ReadRun, read: (context: ReadContext) => Promise<Attempt<T>>): Promise<Attempt<T>> {
    const bound = new AbortController();
    const timer = setTimeout(() => {
      bound.abort();
    }, run.boundMs);
    const signal = AbortSignal.any([bound.signal, this.#stop.signal]);
    try {
      return await read({ signal, traceparent: run.traceparent, onCall: run.onCall, previous: null });
    } catch (fault) {
      if (signal.aborted) return { failure: CUT };
      this.faults.error(fault, 'a read failed for a reason of our own');
      return { failure: BROKEN };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Cuts every read under way. */
  stop(): void {
    this.#stop.abort();
  }
}
