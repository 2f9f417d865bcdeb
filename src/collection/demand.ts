import { USUAL_FRESHNESS, type CollectionAnswer, type Freshness } from '@/model/collection.js';

/** What a demand is made from; see the fields of the same names. */
export interface Wish {
  readonly freshness: Freshness;
  readonly traceparent?: string | null;
  readonly sinceRevision: number;
  readonly feeds?: readonly string[] | null | undefined;
}

/** The usual question, asked by nobody in particular: how things stand. */
export function usualDemand(): Demand {
  return new Demand({ freshness: USUAL_FRESHNESS, sinceRevision: Number.POSITIVE_INFINITY });
}

/** One question's wish for freshness, and what it had to wait for. */
export class Demand {
  #waits = 0;
  #joins = 0;
  #missed = false;

  readonly freshness: Freshness;
  readonly traceparent: string | null;
  /** The newest revision when the question came in: whatever is above it was read for it. */
  readonly sinceRevision: number;
  /** The only feeds that the question is about; null: all of the sources in scope. */
  readonly feeds: readonly string[] | null;

  constructor({ freshness, traceparent = null, sinceRevision, feeds = null }: Wish) {
    this.freshness = freshness;
    this.traceparent = traceparent;
    this.sinceRevision = sinceRevision;
    this.feeds = feeds;
  }

  isAbout(feed: string): boolean {
    return this.feeds?.includes(feed) ?? true;
  }

  /** Notes that the question waits for a read: `missed` when there is no snapshot, `joined` when it was under way. */
  noteWait(wait: { readonly missed: boolean; readonly joined: boolean }): void {
    this.#waits += 1;
    if (wait.joined) this.#joins += 1;
    this.#missed ||= wait.missed;
  }

  get outcome(): Pick<CollectionAnswer, 'waitedFor' | 'collapsed'> {
    if (this.#waits === 0) return { waitedFor: null, collapsed: false };
    return { waitedFor: this.#missed ? 'miss' : 'stale', collapsed: this.#joins === this.#waits };
  }
}
