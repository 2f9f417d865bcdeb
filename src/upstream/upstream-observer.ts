import type { FailureCause } from '@/model/diagnosis.js';
import type { FailureReason } from '@/model/failure.js';

/** One call that went out to a source's upstream and ended. Log-ins at IAM are not among them. */
export interface FinishedCall {
  readonly source: string;
  readonly outcome: FailureReason | 'OK';
  /** null where it went well. */
  readonly cause: FailureCause | null;
  /** Of the answer to a call that failed; null where there was no answer, or the call went well. */
  readonly httpStatus: number | null;
  readonly durationMs: number;
}

/** A call that failed and is about to be made again. */
export interface RetriedCall {
  readonly source: string;
  readonly reason: FailureReason;
}

/** Is told of every finished call, and of every retry, for metrics and logs. A global module may provide one. */
export abstract class UpstreamObserver {
  abstract callFinished(call: FinishedCall): void;
  abstract callRetried(call: RetriedCall): void;
}

/** Observes nothing: the default. */
export class SilentObserver extends UpstreamObserver {
  override callFinished(): void {
    // Nobody is interested.
  }

  override callRetried(): void {
    // Nobody is interested.
  }
}
