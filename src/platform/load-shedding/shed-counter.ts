import type { Logger } from 'pino';
import type { Metrics } from '../metrics/metrics.js';

/**
 * Why a request gets 503: the event loop is overloaded and it waited too long (`queue`), or too many requests are in
 * flight (`in-flight`).
 */
export type ShedCause = 'queue' | 'in-flight';

/** How often the log reports an overload. It is over when no request was shed for as long. */
const REPORT_EVERY_MS = 1_000;

/** Counts shed requests. The log tells when an overload begins, how many were shed each second, and when it is over. */
export class ShedCounter {
  #recent = 0;
  #total = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly log: Logger,
    private readonly metrics: Metrics,
  ) {}

  count(cause: ShedCause): void {
    this.metrics.countShed(cause);
    this.#recent += 1;
    this.#total += 1;
    this.#timer ??= this.#begin(cause);
  }

  #begin(cause: ShedCause): NodeJS.Timeout {
    this.log.warn({ cause }, 'overloaded: some requests get 503');
    return setInterval(() => {
      this.#report();
    }, REPORT_EVERY_MS).unref();
  }

  #report(): void {
    if (this.#recent > 0) {
      this.log.warn({ shed: this.#recent }, 'still overloaded');
      this.#recent = 0;
      return;
    }
    this.log.info({ shed: this.#total }, 'no longer overloaded');
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#total = 0;
  }
}
