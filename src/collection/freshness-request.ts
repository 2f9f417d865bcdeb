import type { SpanContext } from '@opentelemetry/api';
import { USUAL_FRESHNESS, type CollectionAnswer, type Freshness } from '@/model/collection.js';
import type { SourceConfig } from '@/model/source.js';
import type { CachedValue } from './cacheable-resource.js';

/** See the fields of the same names. */
export interface FreshnessRequestOptions {
  readonly freshness: Freshness;
  /** What arrived in this process up to this serial number is from before the question. */
  readonly sinceSerial: number;
  readonly arrivedMs: number;
  readonly feeds?: readonly string[] | null | undefined;
  readonly inventories?: boolean | undefined;
}

/** A request with the usual freshness that no client has made: for status, and for reads in the background. */
export function usualRequest(): FreshnessRequest {
  return new FreshnessRequest({ freshness: USUAL_FRESHNESS, sinceSerial: Infinity, arrivedMs: Infinity });
}

/** The freshness that one question asks for, and what it had to wait for. */
export class FreshnessRequest {
  #waits = 0;
  #joins = 0;
  #missed = false;
  #isOver = false;
  readonly #onEnd = new Set<() => void>();
  readonly #reads: SpanContext[] = [];
  readonly #sinceSerial: number;

  readonly freshness: Freshness;
  /** By the monotonic clock; Infinity for a request that no client has made. */
  readonly arrivedMs: number;
  /** The only feeds that the question is about; null for all feeds of the sources in scope. */
  readonly feeds: readonly string[] | null;
  /** True if the question is about inventories as well. */
  readonly inventories: boolean;

  constructor(options: FreshnessRequestOptions) {
    this.freshness = options.freshness;
    this.#sinceSerial = options.sinceSerial;
    this.arrivedMs = options.arrivedMs;
    this.feeds = options.feeds ?? null;
    this.inventories = options.inventories ?? false;
  }

  /** True for a value that arrived in this process after the question, from a read that also ended after it. */
  isAnsweredBy({ serial, agesFrom }: Pick<CachedValue<unknown>, 'serial' | 'agesFrom'>): boolean {
    return serial > this.#sinceSerial && agesFrom.monotonicMs >= this.arrivedMs;
  }

  /** True once nobody waits for the answer any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Calls the listener when nobody waits any more. Answers the function that removes the listener. */
  onEnd(listener: () => void): () => void {
    this.#onEnd.add(listener);
    return () => this.#onEnd.delete(listener);
  }

  /** To be called when the question is answered, or its time is over. */
  end(): void {
    this.#isOver = true;
    for (const listener of [...this.#onEnd]) listener();
  }

  /** What is asked of a source. A caller who may not force reads of it is taken as not having asked for one. */
  freshnessFor({ id, freshForMs }: Pick<SourceConfig, 'id' | 'freshForMs'>): Freshness {
    const { mayForce = 'all', maxAgeMs } = this.freshness;
    if (mayForce === 'all' || mayForce.has(id)) return this.freshness;
    const isForced = maxAgeMs !== null && maxAgeMs < freshForMs;
    return { ...this.freshness, noCache: false, maxAgeMs: isForced ? null : maxAgeMs };
  }

  isAbout(feed: string): boolean {
    return this.feeds?.includes(feed) ?? true;
  }

  /** The spans of the reads that the question has waited for. */
  get reads(): readonly SpanContext[] {
    return this.#reads;
  }

  /** Notes that the question waits for a read. `missed`: there is no value; `joined`: it was in flight already. */
  noteWait(wait: { readonly missed: boolean; readonly joined: boolean; readonly read: SpanContext }): void {
    this.#waits += 1;
    this.#reads.push(wait.read);
    if (wait.joined) this.#joins += 1;
    this.#missed ||= wait.missed;
  }

  get outcome(): Pick<CollectionAnswer, 'waitedFor' | 'collapsed'> {
    if (this.#waits === 0) return { waitedFor: null, collapsed: false };
    return { waitedFor: this.#missed ? 'miss' : 'stale', collapsed: this.#joins === this.#waits };
  }
}
