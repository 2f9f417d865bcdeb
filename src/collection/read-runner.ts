import { setMaxListeners } from 'node:events';
import { diagnosisOf } from '@/model/diagnosis.js';
import type { Failure } from '@/model/failure.js';
import type { ReadContext } from '@/model/provider.js';
import { SILENT_LOG, type ReadLog } from './failure-log.js';
import { Slices } from '@/model/slices.js';
import { limitTime } from '@/model/time-limit.js';
import { JoinedSignal } from './joined-signal.js';

/** Tells of faults that are ours, not an upstream's. */
export interface FaultLog {
  error(fault: unknown, message: string): void;
}

export interface ReadRun extends Omit<ReadContext, 'signal'> {
  readonly boundMs: number;
  /** Stops the read: another replica may be at it. */
  readonly lost: AbortSignal;
}

/** The failure of a read that took all the time it may. */
const CUT: Failure = { reason: 'TIMEOUT', retryAfterMs: null, diagnosis: diagnosisOf('TIMEOUT') };
/** The failure that a fault of our own counts as. */
export const OWN_FAULT: Failure = {
  reason: 'UPSTREAM_ERROR',
  retryAfterMs: null,
  diagnosis: diagnosisOf('INTERNAL'),
};

/** Runs reads within their own bound, beyond the life of the request that caused them, until the process stops. */
export class ReadRunner {
  readonly #stop = new AbortController();
  readonly #slices = new Slices();
  #begun: Promise<void> = Promise.resolve();

  /** `log`: where it is told what reads come to; absent: nowhere. */
  constructor(
    private readonly faults: FaultLog,
    readonly log: ReadLog = SILENT_LOG,
  ) {
    // Each read under way listens for it.
    setMaxListeners(0, this.#stop.signal);
  }

  /** Aborted when the process stops. */
  get stopped(): AbortSignal {
    return this.#stop.signal;
  }

  /** Resolves when the next read may begin. Many that are to begin at once do so in slices of the event loop. */
  turn(): Promise<void> {
    this.#begun = this.#begun.then(() => this.#slices.pause());
    return this.#begun;
  }

  /** Never rejects: a fault of ours is logged and counts as a failed attempt. */
  async run<T>(
    { boundMs, lost, ...context }: ReadRun,
    read: (context: ReadContext) => Promise<T>,
  ): Promise<T | { readonly failure: Failure }> {
    const joined = new JoinedSignal([lost, this.#stop.signal]);
    const { signal } = joined;
    const callOff = limitTime(boundMs, joined.abort);
    try {
      return await read({ ...context, signal });
    } catch (fault) {
      if (signal.aborted) return { failure: CUT };
      this.report(fault);
      return { failure: OWN_FAULT };
    } finally {
      callOff();
      joined.release();
    }
  }

  /** Logs a fault of ours. */
  report(fault: unknown): void {
    this.faults.error(fault, 'a read failed for a reason of our own');
  }

  /** Cuts every read under way. */
  stop(): void {
    this.#stop.abort();
  }
}
