import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Logger } from 'pino';

/** How long nothing of the kind happens before an episode is over, where it is not said. */
const USUAL_QUIET_MS = 10_000;

export interface ConditionMessages {
  readonly begin: string;
  readonly end: string;
}

/** Logs that something has begun to happen, however often it does, and how often it happened once it is over. */
export class ConditionLog {
  #count = 0;
  #countBefore = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly log: Logger,
    private readonly messages: ConditionMessages,
    private readonly quietMs = USUAL_QUIET_MS,
  ) {}

  /** To be called each time that it happens. `details` are logged with the first. */
  note(details: object = {}): void {
    this.#count += 1;
    if (this.#timer !== null) return;
    this.log.warn(details, this.messages.begin);
    const timer = (): NodeJS.Timeout => setInterval(this.#endIfQuiet, this.quietMs).unref();
    // The end has nothing to do with the trace of whoever was the first.
    this.#timer = context.with(ROOT_CONTEXT, timer);
  }

  readonly #endIfQuiet = (): void => {
    if (this.#count > this.#countBefore) {
      this.#countBefore = this.#count;
      return;
    }
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.log.info({ count: this.#count }, this.messages.end);
    this.#count = 0;
    this.#countBefore = 0;
  };
}
