import type { Failure } from '@/model/failure.js';

/** Where it is told that a feed, or a list of feeds, cannot be read any more, or can be again. */
export interface ReadLog {
  warn(facts: object, message: string): void;
  info(facts: object, message: string): void;
}

export const SILENT_LOG: ReadLog = { warn: () => undefined, info: () => undefined };

/**
 * Tells once when the reason or the cause of failed reads changes, and once when a read goes well again; nothing while
 * it stays the same. What another replica has read, that one tells.
 */
export class FailureLog {
  /** What was told last, here or elsewhere; null while all is well. */
  #told: string | null = null;

  constructor(
    private readonly feed: string,
    private readonly log: ReadLog,
  ) {}

  failed({ reason, diagnosis }: Failure, isOwn: boolean): void {
    const { requestId, ...lasting } = diagnosis ?? { requestId: null };
    const facts = { feed: this.feed, reason, ...lasting };
    const change = JSON.stringify(facts);
    if (change === this.#told) return;
    this.#told = change;
    if (isOwn) this.log.warn({ ...facts, requestId }, 'a feed cannot be read');
  }

  succeeded(isOwn: boolean): void {
    if (this.#told === null) return;
    this.#told = null;
    if (isOwn) this.log.info({ feed: this.feed }, 'a feed can be read again');
  }
}
