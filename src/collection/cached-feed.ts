import { elapsedMs, type Moment } from '@/model/clock.js';
import type { FeedAnswer, FeedProblem, FeedStatus } from '@/model/collection.js';
import { isNotEnabled, type FailureReason } from '@/model/failure.js';
import type { Feed } from '@/model/feed.js';
import type { Snapshot } from '@/model/snapshot.js';
import type { CachedValue } from './cacheable-resource.js';
import type { SourceDependencies } from './dependencies.js';
import { FeedResource } from './feed-resource.js';
import { decide, type FreshnessDecision } from './freshness-policy.js';
import { usualRequest, type FreshnessRequest } from './freshness-request.js';
import { Refresher } from './refresher.js';

/** A feed with its cached snapshot. */
export class CachedFeed {
  readonly #resource: FeedResource;
  readonly #refresher: Refresher<Snapshot>;

  constructor(
    feed: Feed,
    private readonly dependencies: SourceDependencies,
    /** Called when the upstream does not know the feed. */
    onNotFound: () => void,
  ) {
    this.#resource = new FeedResource(feed, dependencies);
    this.#refresher = new Refresher(dependencies, {
      resource: this.#resource,
      onFailure: ({ reason }) => {
        if (reason === 'NOT_FOUND') onNotFound();
      },
    });
  }

  get feed(): Feed {
    return this.#resource.feed;
  }

  /** A new listing may change the name of the feed's cluster. */
  set feed(feed: Feed) {
    this.#resource.feed = feed;
  }

  /** True if there was never a snapshot because what the feed lists is not enabled at the upstream. */
  get isNotEnabled(): boolean {
    const { value, breaker } = this.#refresher;
    return value === null && breaker.failure !== null && isNotEnabled(breaker.failure);
  }

  /** Starts or joins the read that a question needs. Answers what the question must wait for; null for nothing. */
  refreshFor(request: FreshnessRequest): Promise<void> | null {
    this.#refresher.use();
    const snapshot = this.newest();
    if (request.freshness.onlyIfCached) return snapshot === null ? this.#refresher.warming : null;
    const decision = this.decide(request);
    if (decision === 'serve') return null;
    const isOverdue = snapshot !== null && this.#refresher.isOverdue;
    return this.#refresher.refreshFor(request, {
      forced: request.freshnessFor(this.dependencies.source).noCache,
      isAwaited: decision === 'refresh-first' && !isOverdue && !this.isNotEnabled,
      missed: snapshot === null,
      isAnswered: () => this.decide(request) !== 'refresh-first',
    });
  }

  /** What there is now, and whether it is what the request accepts. */
  answer(request: FreshnessRequest): FeedAnswer {
    const cached = this.servable();
    const snapshot = cached?.value ?? null;
    return {
      feed: this.feed.name,
      snapshot,
      agesFrom: cached?.agesFrom ?? null,
      problem: snapshot === null ? this.absence(request) : this.shortcoming(snapshot, request),
      freshForMs: this.dependencies.source.freshForMs,
    };
  }

  status(): FeedStatus {
    const { snapshot, agesFrom, problem } = this.answer(usualRequest());
    const { breaker } = this.#refresher;
    return {
      feed: this.feed.name,
      ...(problem ?? { state: 'FRESH', reason: null }),
      diagnosis: breaker.diagnosisOf(problem?.reason ?? null),
      isFailing: breaker.failure !== null,
      ...(snapshot === null ? NO_SNAPSHOT : summary(snapshot)),
      ageMs: agesFrom === null ? null : elapsedMs(this.dependencies.clock, agesFrom),
      lastSuccessTimeMs: this.lastSuccessTimeMs,
      lastErrorTimeMs: breaker.lastErrorTimeMs,
      upstreamCalls: this.#resource.calls,
      circuit: breaker.status,
    };
  }

  /** The newest snapshot; null if there is none, or it is older than `keepFor`. */
  newest(): Snapshot | null {
    return this.servable()?.value ?? null;
  }

  /** Resolves when no read is in flight. No read is planned any more. */
  settled(): Promise<void> {
    return this.#refresher.settled();
  }

  /** To be called when the feed is no longer listed. Resolves when its read has been aborted. */
  end(): Promise<void> {
    return this.#refresher.end();
  }

  private get lastSuccessTimeMs(): number | null {
    return this.#refresher.value?.fetchTimeMs ?? null;
  }

  private servable(): CachedValue<Snapshot> | null {
    const { value } = this.#refresher;
    return value !== null && this.ageMs(value.agesFrom) <= this.dependencies.source.keepForMs ? value : null;
  }

  private decide(request: FreshnessRequest): FreshnessDecision {
    const cached = this.servable();
    if (cached === null) return 'refresh-first';
    const state = {
      ageMs: this.ageMs(cached.agesFrom, request.arrivedMs),
      freshForMs: this.dependencies.source.freshForMs,
      refreshed: request.isAnsweredBy(cached),
      failing: this.#refresher.breaker.failure !== null,
    };
    return decide(state, request.freshnessFor(this.dependencies.source));
  }

  /** Without a snapshot the feed is loading for the first time, or its last read failed. */
  private absence(request: FreshnessRequest): FeedProblem {
    const { obstacle } = this.#refresher.breaker;
    if (obstacle !== null) return this.problem('FAILED', obstacle);
    const hasWaited = request.outcome.waitedFor !== null && this.#refresher.isRefreshing;
    return this.problem('LOADING', hasWaited ? 'TIMEOUT' : null);
  }

  private shortcoming(snapshot: Snapshot, request: FreshnessRequest): FeedProblem | null {
    if (this.decide(request) === 'refresh-first') {
      const { breaker, isRefreshing } = this.#refresher;
      return this.problem('STALE', breaker.obstacle ?? (isRefreshing ? 'TIMEOUT' : null));
    }
    return snapshot.truncation && this.problem('TRUNCATED', snapshot.truncation);
  }

  private problem(state: FeedProblem['state'], reason: FailureReason | null): FeedProblem {
    return { feed: this.feed.name, state, reason, lastSuccessTimeMs: this.lastSuccessTimeMs };
  }

  /** The age now or, if that is earlier, at `atMs`: a snapshot may grow too old only while the question waits. */
  private ageMs(agesFrom: Moment, atMs = Infinity): number {
    const { clock } = this.dependencies;
    const sinceMs = Math.max(0, clock.monotonicMs() - atMs);
    return Math.max(0, elapsedMs(clock, agesFrom) - sinceMs);
  }
}

type SnapshotSummary = Pick<
  FeedStatus,
  'taskCount' | 'truncation' | 'fetchTimeMs' | 'coveredSince' | 'drift' | 'driftExamples'
>;

/** The status of a feed without a snapshot. */
export const NO_SNAPSHOT: SnapshotSummary = {
  taskCount: null,
  truncation: null,
  fetchTimeMs: null,
  coveredSince: null,
  drift: {},
  driftExamples: {},
};

function summary({ rows, ...snapshot }: Snapshot): SnapshotSummary {
  const { truncation, fetchTimeMs, coveredSince, drift, driftExamples } = snapshot;
  return { taskCount: rows.length, truncation, fetchTimeMs, coveredSince, drift, driftExamples };
}
