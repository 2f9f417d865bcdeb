import { elapsedMs } from '@/model/clock.js';
import type { FeedAnswer, FeedProblem, FeedStatus } from '@/model/collection.js';
import { allFeedsName, type Feed } from '@/model/feed.js';
import type { FeedListing, ListedFeeds, ReadContext } from '@/model/provider.js';
import type { Entry } from '@/snapshots/snapshot-store.js';
import type { SourceDependencies } from './dependencies.js';
import { usualRequest, type FreshnessRequest } from './freshness-request.js';
import { ListResource } from './list-resource.js';
import { Refresher } from './refresher.js';
import { parseFeedListHead, storeNameOfList } from './snapshot-codec.js';

/** How often the clusters of a source are listed again while the source is in use. */
const RELIST_AFTER_MS = 60_000;

/** A listing may take this many times the timeout of one call. */
const CALLS_IN_A_ROW = 3;

/** The list of a source's feeds, found by listing the clusters of the upstream again and again. */
export class FeedDirectory {
  readonly #resource: FeedListResource;
  readonly #refresher: Refresher<ListedFeeds>;
  #adopting: Promise<void> = Promise.resolve();
  #isAdopted = false;
  #isOutdated = false;

  /** `adopt` takes over each new list; if it rejects, the feeds are listed again. */
  constructor(
    private readonly dependencies: SourceDependencies,
    adopt: (feeds: readonly Feed[]) => Promise<void>,
  ) {
    this.#resource = new FeedListResource(dependencies);
    this.#refresher = new Refresher(dependencies, {
      resource: this.#resource,
      onValue: ({ value }) => {
        this.#isOutdated = false;
        this.adoptNext(() => adopt(value.feeds));
      },
    });
  }

  /** Resolves when every list that has come is adopted. Never rejects. */
  get adopted(): Promise<void> {
    return this.#adopting;
  }

  /** Starts or joins the listing that a question needs. Answers what the question must wait for; null for nothing. */
  refreshFor(request: FreshnessRequest): Promise<void> | null {
    const listing = this.listFor(request);
    if (listing !== null || this.#refresher.value === null || this.#isAdopted) return listing;
    return this.#adopting;
  }

  /** A feed turned out to be gone: the next question lists again. */
  markOutdated(): void {
    this.#isOutdated = true;
  }

  /** If the list is missing, too old or not whole: an answer that stands for all feeds of the source. */
  answer(request: FreshnessRequest): FeedAnswer | null {
    const problem = this.problem(request);
    if (problem === null) return null;
    const { freshForMs } = this.dependencies.source;
    return { feed: problem.feed, snapshot: null, agesFrom: null, problem, freshForMs };
  }

  /** The same as a status. */
  status(): FeedStatus | null {
    const problem = this.problem(usualRequest());
    if (problem === null) return null;
    const { breaker, value } = this.#refresher;
    const { drift = {}, driftExamples = {} } = value?.value ?? {};
    return {
      ...problem,
      diagnosis: breaker.diagnosisOf(problem.reason),
      isFailing: breaker.failure !== null,
      truncation: null,
      ...{ taskCount: null, fetchTimeMs: null, coveredSince: null, ageMs: null },
      drift,
      driftExamples,
      lastErrorTimeMs: breaker.lastErrorTimeMs,
      upstreamCalls: this.#resource.calls,
      circuit: breaker.status,
    };
  }

  /** Resolves when no listing is in flight and every list is adopted. No listing is planned any more. */
  async settled(): Promise<void> {
    await this.#refresher.settled();
    await this.#adopting;
  }

  /** To be called when nobody needs the list any more. */
  end(): Promise<void> {
    return this.#refresher.end();
  }

  /** Lists are adopted one after the other. */
  private adoptNext(adopt: () => Promise<void>): void {
    this.#adopting = this.#adopting
      .then(adopt)
      .then(() => {
        this.#isAdopted = true;
      })
      .catch((error: unknown) => {
        this.dependencies.runner.report(error);
        this.markOutdated();
      });
  }

  private listFor(request: FreshnessRequest): Promise<void> | null {
    this.#refresher.use();
    const { value, warming } = this.#refresher;
    if (request.freshness.onlyIfCached) return value === null ? warming : null;
    const isForced = value !== null && !this.isAnswered(request);
    if (!isForced && !this.#isOutdated && this.ageMs() < RELIST_AFTER_MS) return null;
    return this.#refresher.refreshFor(request, {
      forced: isForced || this.#isOutdated,
      isAwaited: value === null || isForced,
      missed: value === null,
      isAnswered: () => this.isAnswered(request),
    });
  }

  private isAnswered(request: FreshnessRequest): boolean {
    const { value } = this.#refresher;
    const { noCache } = request.freshnessFor(this.dependencies.source);
    return value !== null && (!noCache || request.isAnsweredBy(value));
  }

  private ageMs(): number {
    const { value } = this.#refresher;
    return value === null ? Infinity : elapsedMs(this.dependencies.clock, value.agesFrom);
  }

  private problem(request: FreshnessRequest): FeedProblem | null {
    const { value } = this.#refresher;
    const trouble = this.trouble(request);
    const feed = this.#resource.feedName;
    return trouble && { feed, ...trouble, lastSuccessTimeMs: value?.fetchTimeMs ?? null };
  }

  private trouble({ freshness, outcome }: FreshnessRequest): Pick<FeedProblem, 'state' | 'reason'> | null {
    const { value, breaker } = this.#refresher;
    const { obstacle } = breaker;
    if (value === null && obstacle !== null) return { state: 'FAILED', reason: obstacle };
    if (value === null || !this.#isAdopted) {
      return { state: 'LOADING', reason: outcome.waitedFor === null ? null : 'TIMEOUT' };
    }
    const acceptedMs = 2 * RELIST_AFTER_MS + (freshness.maxStaleMs ?? 0);
    if (obstacle !== null && this.ageMs() >= acceptedMs) return { state: 'STALE', reason: obstacle };
    const { truncation } = value.value;
    return truncation && { state: 'TRUNCATED', reason: truncation };
  }
}

/** How the list is read and decoded. */
class FeedListResource extends ListResource<ListedFeeds, ListedFeeds> {
  constructor(dependencies: SourceDependencies) {
    const { id, minRefreshMs, timeoutMs } = dependencies.source;
    super(dependencies, {
      name: storeNameOfList(dependencies),
      feedName: allFeedsName(id),
      freshForMs: RELIST_AFTER_MS,
      minRefreshMs,
      timeoutMs: timeoutMs * CALLS_IN_A_ROW,
    });
  }

  protected override list(context: ReadContext): Promise<FeedListing> {
    return this.dependencies.reader.listFeeds(context);
  }

  override decode({ head }: Entry): { value: ListedFeeds; fetchTimeMs: number } | null {
    const parsed = parseFeedListHead(head, this.dependencies.source);
    if (parsed === null) return null;
    const { fetchTimeMs, ...listed } = parsed;
    return { value: { outcome: 'listed', ...listed }, fetchTimeMs };
  }
}
