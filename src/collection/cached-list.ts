import { elapsedMs, type Moment } from '@/model/clock.js';
import type { FeedProblem, FeedStatus } from '@/model/collection.js';
import { isNotEnabled, type Failure, type FailureReason } from '@/model/failure.js';
import type { Snapshot } from '@/model/snapshot.js';
import type { CacheableResource, CachedValue } from './cacheable-resource.js';
import type { SourceDependencies } from './dependencies.js';
import { decide, type FreshnessDecision } from './freshness-policy.js';
import { usualRequest, type FreshnessRequest } from './freshness-request.js';
import { Refresher } from './refresher.js';

/** What is known of every list that was read. */
export type ReadList = Pick<Snapshot, 'truncation' | 'drift' | 'driftExamples'>;

export interface CachedListOptions {
  /** An older list is not served. */
  readonly keepForMs: number;
  /** Called after each failed read, here or in another replica. */
  readonly onFailure?: (failure: Failure) => void;
}

/** A list of an upstream that is cached under the freshness rules of its source. */
export abstract class CachedList<T extends ReadList, R extends CacheableResource<T> = CacheableResource<T>> {
  readonly #refresher: Refresher<T>;

  constructor(
    protected readonly resource: R,
    protected readonly dependencies: SourceDependencies,
    private readonly options: CachedListOptions,
  ) {
    this.#refresher = new Refresher(dependencies, { resource, ...options });
  }

  /** True if there was never a list because what it lists is not enabled at the upstream. */
  get isNotEnabled(): boolean {
    const { value, breaker } = this.#refresher;
    return value === null && breaker.failure !== null && isNotEnabled(breaker.failure);
  }

  /** Starts or joins the read that a question needs. Answers what the question must wait for; null for nothing. */
  refreshFor(request: FreshnessRequest): Promise<void> | null {
    this.#refresher.use();
    const cached = this.servable();
    if (request.freshness.onlyIfCached) return cached === null ? this.#refresher.warming : null;
    const decision = this.decide(request);
    if (decision === 'serve') return null;
    const isOverdue = cached !== null && this.#refresher.isOverdue;
    return this.#refresher.refreshFor(request, {
      forced: request.freshnessFor(this.dependencies.source).noCache,
      isAwaited: decision === 'refresh-first' && !isOverdue && !this.isNotEnabled,
      missed: cached === null,
      isAnswered: () => this.decide(request) !== 'refresh-first',
    });
  }

  /** What keeps the list from being what the request accepts, and whole; null if nothing does. */
  problem(request: FreshnessRequest): FeedProblem | null {
    const cached = this.servable();
    return cached === null ? this.absence(request) : this.shortcoming(cached.value, request);
  }

  /** Resolves when no read is in flight. No read is planned any more. */
  settled(): Promise<void> {
    return this.#refresher.settled();
  }

  /** To be called when nobody needs the list any more. Resolves when its read has been aborted. */
  end(): Promise<void> {
    return this.#refresher.end();
  }

  /** The newest list; null if there is none, or it is too old to be served. */
  protected servable(): CachedValue<T> | null {
    const { value } = this.#refresher;
    return value !== null && this.ageMs(value.agesFrom) <= this.options.keepForMs ? value : null;
  }

  protected listStatus(): Omit<FeedStatus, 'taskCount' | 'resourceCount' | 'coveredSince'> {
    const problem = this.problem(usualRequest());
    const { breaker, value } = this.#refresher;
    return {
      ...this.newestStatus(),
      feed: this.resource.feedName,
      ...(problem ?? { state: 'FRESH', reason: null }),
      diagnosis: breaker.diagnosisOf(problem?.reason ?? null),
      isFailing: breaker.failure !== null,
      lastSuccessTimeMs: value?.fetchTimeMs ?? null,
      lastErrorTimeMs: breaker.lastErrorTimeMs,
      upstreamCalls: this.resource.calls,
      circuit: breaker.status,
    };
  }

  private newestStatus(): Pick<FeedStatus, keyof ReadList | 'fetchTimeMs' | 'ageMs'> {
    const cached = this.servable();
    if (cached === null) {
      return { fetchTimeMs: null, ageMs: null, truncation: null, drift: {}, driftExamples: {} };
    }
    const { fetchTimeMs, agesFrom, value } = cached;
    const { truncation, drift, driftExamples } = value;
    return {
      fetchTimeMs,
      ageMs: elapsedMs(this.dependencies.clock, agesFrom),
      truncation,
      drift,
      driftExamples,
    };
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

  /** Without a list it is loading for the first time, or its last read failed. */
  private absence(request: FreshnessRequest): FeedProblem {
    const { obstacle } = this.#refresher.breaker;
    if (obstacle !== null) return this.problemOf('FAILED', obstacle);
    return this.problemOf('LOADING', this.lateness(request));
  }

  private shortcoming({ truncation }: T, request: FreshnessRequest): FeedProblem | null {
    if (this.decide(request) === 'refresh-first') {
      return this.problemOf('STALE', this.#refresher.breaker.obstacle ?? this.lateness(request));
    }
    return truncation && this.problemOf('TRUNCATED', truncation);
  }

  /** A read that has only just begun is late for nobody but a question that has waited for it. */
  private lateness({ outcome }: FreshnessRequest): FailureReason | null {
    const { isRefreshing, isOverdue } = this.#refresher;
    return isRefreshing && (isOverdue || outcome.waitedFor !== null) ? 'TIMEOUT' : null;
  }

  private problemOf(state: FeedProblem['state'], reason: FailureReason | null): FeedProblem {
    const lastSuccessTimeMs = this.#refresher.value?.fetchTimeMs ?? null;
    return { feed: this.resource.feedName, state, reason, lastSuccessTimeMs };
  }

  /** The age now or, if that is earlier, at `atMs`: a list may grow too old only while the question waits. */
  private ageMs(agesFrom: Moment, atMs = Infinity): number {
    const { clock } = this.dependencies;
    const sinceMs = Math.max(0, clock.monotonicMs() - atMs);
    return Math.max(0, elapsedMs(clock, agesFrom) - sinceMs);
  }
}
