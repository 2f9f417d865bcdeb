import type { Logger } from 'pino';
import type { Metrics } from '../metrics/metrics.js';

/** Why a request is refused: the queue stands, too many are in flight, or too many make lists that nobody made before. */
export type ShedCause = 'queue' | 'in-flight' | 'computing';

/** How often the log tells of an overload, and how long nothing is refused before it is over. */
const EVERY_MS = 1_000;

/** Counts the requests that are refused, and tells the log when that begins, each second while it lasts, and its end. */
export class Sheds {
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
    this.log.warn({ cause }, 'overloaded: requests are refused');
    return setInterval(() => {
      this.#tell();
    }, EVERY_MS).unref();
  }

  #tell(): void {
    if (this.#recent > 0) {
      this.log.warn({ refused: this.#recent }, 'still overloaded');
      this.#recent = 0;
      return;
    }
    this.log.info({ refused: this.#total }, 'no longer overloaded');
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#total = 0;
  }
}
