import type { Held } from './held.js';
import { USUAL_FRESHNESS, type CollectionAnswer, type Freshness } from '@/model/collection.js';
import type { TraceContext } from '@/model/trace-context.js';

/** What a demand is made from; see the fields of the same names. */
export interface Wish {
  readonly freshness: Freshness;
  readonly trace?: TraceContext | null;
  readonly sinceSerial: number;
  readonly arrivedMs: number;
  readonly feeds?: readonly string[] | null | undefined;
}

/** The usual question, asked by nobody in particular: how things stand. */
export function usualDemand(): Demand {
  return new Demand({ freshness: USUAL_FRESHNESS, sinceSerial: Infinity, arrivedMs: Infinity });
}

/** One question's wish for freshness, and what it had to wait for. */
export class Demand {
  #waits = 0;
  #joins = 0;
  #missed = false;
  #isOver = false;
  readonly #onEnd = new Set<() => void>();
  readonly #sinceSerial: number;

  readonly freshness: Freshness;
  readonly trace: TraceContext | null;
  /** By the monotonic clock; Infinity where nobody in particular asks. */
  readonly arrivedMs: number;
  /** The only feeds that the question is about; null: all of the sources in scope. */
  readonly feeds: readonly string[] | null;

  constructor({ freshness, trace = null, sinceSerial, arrivedMs, feeds = null }: Wish) {
    this.freshness = freshness;
    this.trace = trace;
    this.#sinceSerial = sinceSerial;
    this.arrivedMs = arrivedMs;
    this.feeds = feeds;
  }

  /** True for what came into this process after the question did, from a read that ended after that as well. */
  isAnsweredBy({ serial, agesFrom }: Pick<Held<unknown>, 'serial' | 'agesFrom'>): boolean {
    return serial > this.#sinceSerial && agesFrom.monotonicMs >= this.arrivedMs;
  }

  /** True once nobody waits for the answer any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Called when nobody waits any more. Answers what ends that. */
  onEnd(listener: () => void): () => void {
    this.#onEnd.add(listener);
    return () => this.#onEnd.delete(listener);
  }

  /** The question is answered, or its time is over. */
  end(): void {
    this.#isOver = true;
    for (const listener of [...this.#onEnd]) listener();
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
