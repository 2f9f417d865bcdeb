import type { FailureReason } from '@/model/failure.js';

/** One call that went out to a source's upstream and ended. Log-ins at IAM are not among them. */
export interface FinishedCall {
  readonly source: string;
  readonly outcome: FailureReason | 'OK';
  readonly durationMs: number;
}

/** Is told of every finished call, for metrics and logs. A global module may provide one. */
export abstract class UpstreamObserver {
  abstract callFinished(call: FinishedCall): void;
}

/** Observes nothing: the default. */
export class SilentObserver extends UpstreamObserver {
  override callFinished(): void {
    // Nobody is interested.
  }
}
