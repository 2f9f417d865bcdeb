import { elapsedMs } from '@/model/clock.js';
import type { Failure } from '@/model/failure.js';
import type { CacheableResource, CachedValue } from './cacheable-resource.js';
import { CircuitBreaker } from './circuit-breaker.js';
import type { SourceDependencies } from './dependencies.js';
import { FailureLog } from './failure-log.js';
import type { FreshnessRequest } from './freshness-request.js';
import { RefreshAhead } from './refresh-ahead.js';
import { SharedValue, type SharedRefreshOptions } from './shared-value.js';
import { CONSECUTIVE_FAILURES } from './circuit-rules.js';
import { outsideSpans, ReadSpan, type EndOfRead } from './spans.js';

export interface RefresherOptions<T> {
  readonly resource: CacheableResource<T>;
  /** Called with each new value. If it throws, the value is not kept, so that it is read again. */
  readonly onValue?: (value: CachedValue<T>) => void;
  /** Called after each failed read, here or in another replica. */
  readonly onFailure?: (failure: Failure) => void;
}

/** What a question needs of a refresh. */
export interface RefreshOptions {
  /** True if what another replica read before now will not do. */
  readonly forced: boolean;
  /** False: the refresh goes on in the background. */
  readonly isAwaited: boolean;
  /** True if there is nothing to answer with meanwhile. */
  readonly missed: boolean;
  /** True once the cached value is good enough for the question. */
  readonly isAnswered: () => boolean;
}

interface InFlight {
  readonly done: Promise<void>;
  /** By the monotonic clock. */
  readonly startedMs: number;
  readonly isProbe: boolean;
  readonly span: ReadSpan;
}

/**
 * A cached value with single-flight refresh: however many questions ask, one read is in flight. The value is refreshed
 * when a question needs it and, while it is in use, before it goes stale. After failures it recovers by itself.
 */
export class Refresher<T> {
  /** The circuit of this resource alone. */
  readonly breaker: CircuitBreaker;
  readonly #shared: SharedValue<T>;
  readonly #ahead: RefreshAhead;
  readonly #log: FailureLog;
  readonly #unsubscribe: () => void;
  #inFlight: InFlight | null = null;
  #warming: Promise<void> | null;

  constructor(
    private readonly dependencies: SourceDependencies,
    private readonly options: RefresherOptions<T>,
  ) {
    const { resource } = options;
    const { clock, runner, source, sourceBreaker } = dependencies;
    this.#log = new FailureLog(resource.feedName, runner.log);
    const breaker = new CircuitBreaker({
      clock,
      rule: CONSECUTIVE_FAILURES,
      parent: sourceBreaker,
      onFailure: this.noteFailure,
    });
    this.breaker = breaker;
    this.#shared = new SharedValue(dependencies, { resource, breaker, onValue: this.noteValue });
    this.#ahead = new RefreshAhead({
      freshForMs: resource.freshForMs,
      keepWarm: source.keepWarm,
      clock,
      refresh: () => {
        outsideSpans(this.refreshInBackground);
      },
    });
    this.#unsubscribe = sourceBreaker.onClose(this.resume);
    this.#warming = this.warm();
  }

  /** The newest value; null before there is one. */
  get value(): CachedValue<T> | null {
    return this.#shared.value;
  }

  /** Resolves when it is known what the store has; null once it is. */
  get warming(): Promise<void> | null {
    return this.#warming;
  }

  get isRefreshing(): boolean {
    return this.#inFlight !== null;
  }

  /** True if the refresh in flight has taken longer than the deadline of a question: waiting for it again is no use. */
  get isOverdue(): boolean {
    if (this.#inFlight === null) return false;
    const { clock, deadlineMs } = this.dependencies;
    return clock.monotonicMs() - this.#inFlight.startedMs >= deadlineMs;
  }

  /** To be called when somebody asks for the value. */
  use(): void {
    this.#ahead.use();
  }

  /** Starts or joins the refresh that a question needs. Answers what the question must wait for; null for nothing. */
  refreshFor(request: FreshnessRequest, options: RefreshOptions): Promise<void> | null {
    const joined = this.isRefreshing;
    const inFlight = this.refresh({ forced: options.forced });
    if (inFlight === null || !options.isAwaited || inFlight.isProbe) return null;
    if (joined) inFlight.span.joined();
    request.noteWait({ missed: options.missed, joined, read: inFlight.span.context });
    return this.awaitAnswer(inFlight, request, options);
  }

  /** Resolves when nothing is in flight. No refresh is planned any more. */
  async settled(): Promise<void> {
    this.#ahead.stop();
    await this.#inFlight?.done;
  }

  /** To be called when nobody needs the value any more. Resolves when the read in flight has been aborted. */
  async end(): Promise<void> {
    this.#unsubscribe();
    this.#ahead.stop();
    await this.#shared.end(this.#inFlight?.done);
    // The refresh that ended may have planned another.
    this.#ahead.stop();
  }

  private async warm(): Promise<void> {
    await this.#shared.load();
    this.#warming = null;
    const { isChanged, source } = this.dependencies;
    if (isChanged) this.refresh({ forced: true });
    else if (this.value === null && source.keepWarm) this.refreshInBackground();
  }

  /** Joins the refresh in flight or starts one; null during a pause. */
  private refresh(options: SharedRefreshOptions): InFlight | null {
    if (this.#inFlight !== null) return this.#inFlight;
    if (this.#shared.isStopped) return null;
    const { name } = this.options.resource;
    const admission = this.breaker.admit(name);
    if (admission === 'refused') return null;
    const startedMs = this.dependencies.clock.monotonicMs();
    const span = new ReadSpan(this.dependencies.source, this.options.resource.feedName);
    const endOf = this.observeRead();
    const done = span
      .run(() => this.#shared.refresh(options))
      .finally(() => {
        this.#inFlight = null;
        this.breaker.release(name);
        span.end(endOf());
        this.#shared.changed.notify();
      });
    this.#inFlight = { done, startedMs, isProbe: admission === 'probe', span };
    return this.#inFlight;
  }

  /** Answers the function that says, once the read has ended, what came of it. */
  private observeRead(): () => EndOfRead {
    const { resource } = this.options;
    const { value, breaker } = this;
    const [calls, failures] = [resource.calls, breaker.failureCount];
    return () => {
      const hasFailed = breaker.failureCount > failures;
      const isNew = this.value !== value;
      const taken = this.value?.isOwn === true ? 'READ' : 'TAKEN_OVER';
      return {
        outcome: hasFailed ? 'FAILED' : isNew ? taken : 'ABORTED',
        reason: hasFailed ? (breaker.failure?.reason ?? null) : null,
        calls: resource.calls - calls,
      };
    };
  }

  /**
   * Resolves when the value is good enough (another replica's may come before the refresh ends), the refresh has
   * failed, or the question is over. If the refresh only brought what another replica had read before the question,
   * and that is too old for it, there is a second refresh.
   */
  private async awaitAnswer(
    inFlight: InFlight,
    request: FreshnessRequest,
    options: RefreshOptions,
  ): Promise<void> {
    await this.awaitChange(inFlight, request, options);
    if (request.isOver || options.isAnswered() || this.breaker.failure !== null) return;
    const again = this.refresh({ forced: true });
    if (again !== null) await this.awaitChange(again, request, options);
  }

  /**
   * Resolves when the refresh has ended, or the question is answered or over. Then nothing of the question stays with
   * the refresh: one that hangs may be awaited by thousands.
   */
  private awaitChange(inFlight: InFlight, request: FreshnessRequest, options: RefreshOptions): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        unsubscribe();
        removeListener();
        resolve();
      };
      const unsubscribe = this.#shared.changed.subscribe(() => {
        if (this.#inFlight !== inFlight || options.isAnswered()) end();
      });
      const removeListener = request.onEnd(end);
    });
  }

  private planRetry(): void {
    this.#ahead.planAfterFailure(this.breaker.pauseMs);
  }

  private readonly refreshInBackground = (): void => {
    if (this.refresh({ forced: false }) === null) this.planRetry();
  };

  /** The source can be read again, so a feed that failed with it need not wait. */
  private readonly resume = (): void => {
    this.breaker.resume();
    if (this.breaker.failure !== null) this.#ahead.refreshNow();
  };

  private readonly noteValue = (value: CachedValue<T>): void => {
    const name = `${this.options.resource.name} ${value.entry.version}`;
    const ageMs = elapsedMs(this.dependencies.clock, value.agesFrom);
    this.#ahead.planAfter({ ageMs, name, isOwn: value.isOwn });
    this.options.onValue?.(value);
    if (this.breaker.succeed(value.agesFrom.monotonicMs)) this.#log.succeeded(value.isOwn);
  };

  private readonly noteFailure = (failure: Failure, isOwn: boolean): void => {
    this.#log.failed(failure, isOwn);
    this.planRetry();
    this.options.onFailure?.(failure);
  };
}
