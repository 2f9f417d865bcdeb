import type { Failure } from '@/model/failure.js';

/** Receives a line when a feed, or a list of feeds, can no longer be read, and when it can be read again. */
export interface ReadLog {
  warn(facts: object, message: string): void;
  info(facts: object, message: string): void;
}

export const SILENT_LOG: ReadLog = { warn: () => undefined, info: () => undefined };

/**
 * Logs once when the reason or the cause of failed reads changes, and once when a read succeeds again. Reads of another
 * replica are logged there.
 */
export class FailureLog {
  /** The last failure that was logged, here or in another replica; null while reads succeed. */
  #logged: string | null = null;

  constructor(
    private readonly feed: string,
    private readonly log: ReadLog,
  ) {}

  failed({ reason, diagnosis }: Failure, isOwn: boolean): void {
    const { requestId, ...lasting } = diagnosis ?? { requestId: null };
    const facts = { feed: this.feed, reason, ...lasting };
    const change = JSON.stringify(facts);
    if (change === this.#logged) return;
    this.#logged = change;
    if (isOwn) this.log.warn({ ...facts, upstreamRequestId: requestId }, 'a feed cannot be read');
  }

  succeeded(isOwn: boolean): void {
    if (this.#logged === null) return;
    this.#logged = null;
    if (isOwn) this.log.info({ feed: this.feed }, 'a feed can be read again');
  }
}
