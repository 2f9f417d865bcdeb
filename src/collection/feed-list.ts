import type { Clock } from '@/model/clock.js';
import type { ProblemState } from '@/model/collection.js';
import type { FailureReason } from '@/model/failure.js';
import type { ListedFeeds } from '@/model/provider.js';
import type { Demand } from './demand.js';
import type { SourceTools } from './feed-keeper.js';
import { Renewal } from './renewal.js';

/** How often the clusters of a source are listed again while it is in use. */
const RELIST_AFTER_MS = 60_000;

/** What is wrong with a list of feeds. */
export interface ListTrouble {
  readonly state: ProblemState;
  readonly reason: FailureReason | null;
}

interface Listed {
  readonly atMs: number;
  readonly revision: number;
  readonly truncated: boolean;
}

/** Keeps the list of a source's feeds: which clusters there are changes now and then. */
export class FeedList {
  readonly renewal: Renewal<ListedFeeds>;
  #listed: Listed | null = null;
  #calls = 0;
  readonly #clock: Clock;

  constructor(
    { source, reader, runner, revisions, clock }: SourceTools,
    onFeeds: (feeds: ListedFeeds['feeds']) => void,
  ) {
    this.#clock = clock;
    const onCall = (): void => {
      this.#calls += 1;
    };
    this.renewal = new Renewal(
      (traceparent) =>
        runner.run<ListedFeeds>({ boundMs: source.timeoutMs * 3, traceparent, onCall }, async (context) => {
          const listing = await reader.listFeeds(context);
          return listing.outcome === 'listed' ? { value: listing } : { failure: listing.failure };
        }),
      clock,
      ({ feeds, truncated }) => {
        this.#listed = { atMs: clock(), revision: revisions.next(), truncated };
        onFeeds(feeds);
      },
    );
  }

  get calls(): number {
    return this.#calls;
  }

  /** Starts or joins the listing that a question needs. Answers what it must wait for; null when nothing. */
  want(demand: Demand): Promise<void> | null {
    const { noCache, onlyIfCached } = demand.freshness;
    if (onlyIfCached) return null;
    const forced = noCache && this.#listed !== null && this.#listed.revision <= demand.sinceRevision;
    if (!forced && this.ageMs() < RELIST_AFTER_MS) return null;
    const joined = this.renewal.readingSinceMs !== null;
    const listing = this.renewal.renew(demand.traceparent);
    if (listing === null || (this.#listed !== null && !forced)) return null;
    demand.noteWait({ missed: this.#listed === null, joined });
    return listing;
  }

  /** The next question lists again: a feed turned out not to be there any more. */
  doubt(): void {
    if (this.#listed !== null) this.#listed = { ...this.#listed, atMs: Number.NEGATIVE_INFINITY };
  }

  /** What keeps the list from being vouched for; null when it is current enough. */
  trouble(demand: Demand): ListTrouble | null {
    const failed = this.renewal.failure?.reason ?? null;
    if (this.#listed === null) {
      if (failed !== null) return { state: 'FAILED', reason: failed };
      return { state: 'LOADING', reason: demand.outcome.waitedFor === null ? null : 'TIMEOUT' };
    }
    const acceptedMs = 2 * RELIST_AFTER_MS + (demand.freshness.maxStaleMs ?? 0);
    if (failed !== null && this.ageMs() >= acceptedMs) return { state: 'STALE', reason: failed };
    return this.#listed.truncated ? { state: 'TRUNCATED', reason: 'LIMIT' } : null;
  }

  private ageMs(): number {
    return this.#listed === null ? Infinity : this.#clock() - this.#listed.atMs;
  }
}
