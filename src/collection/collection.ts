import {
  FeedCollection,
  type CollectionAnswer,
  type FeedScope,
  type Freshness,
  type SourceStatus,
} from '@/model/collection.js';
import type { Provider } from '@/model/provider.js';
import type { Snapshot } from '@/model/snapshot.js';
import { accountOf, type SourceConfig } from '@/model/source.js';
import { stallTolerantTimeout } from '@/scheduling/stall-tolerant-timeout.js';
import type { TraceContext } from '@/model/trace-context.js';
import { Backplane } from './backplane.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { Revisions, type CollectionDependencies } from './dependencies.js';
import { FreshnessRequest } from './freshness-request.js';
import { Source } from './source.js';
import { SEVERAL_FEEDS } from './circuit-rules.js';

/** The collection of this process: it reads feeds on demand, and one read of a feed at a time. */
export class Collection extends FeedCollection {
  override readonly key = 'all';
  override readonly deadlineMs: number;
  readonly #revisions = new Revisions();
  readonly #sources: readonly Source[];

  constructor(
    sources: readonly SourceConfig[],
    providers: readonly Provider[],
    private readonly dependencies: CollectionDependencies,
  ) {
    super();
    const { store, clock, deadlineMs } = dependencies;
    this.deadlineMs = deadlineMs;
    const shared = { ...dependencies, revisions: this.#revisions, backplane: new Backplane(store, clock) };
    const byId = new Map(providers.map((provider) => [provider.settings.id, provider]));
    this.#sources = sources.map((source) => {
      const provider = byId.get(source.provider);
      if (provider === undefined) throw new Error(`no provider ${source.provider}`);
      const sourceBreaker = new CircuitBreaker({ clock, rule: SEVERAL_FEEDS });
      const account = accountOf(source, provider.settings);
      return new Source({ ...shared, source, account, reader: provider.connect(source), sourceBreaker });
    });
  }

  override sourceIdsIn(scope: FeedScope): readonly string[] {
    return this.#sources.filter((source) => source.isWithin(scope)).map(({ id }) => id);
  }

  override async ensure(
    scope: FeedScope,
    freshness: Freshness,
    trace: TraceContext | null,
  ): Promise<CollectionAnswer> {
    const request = new FreshnessRequest({
      freshness,
      trace,
      sinceSerial: this.#revisions.newest,
      arrivedMs: this.dependencies.clock.monotonicMs(),
      feeds: scope.feed,
    });
    const sources = this.#sources.filter((source) => source.isWithin(scope));
    const waits: Promise<void>[] = [];
    for (const source of sources) source.refreshFor(request, waits);
    if (waits.length > 0) await this.waitAtMost(freshness.waitMs, Promise.all(waits));
    request.end();
    const feeds = sources.flatMap((source) => source.answers(request));
    return { feeds: feeds.sort((a, b) => (a.feed < b.feed ? -1 : 1)), ...request.outcome };
  }

  override newest(): readonly Snapshot[] {
    return this.#sources.flatMap((source) => source.newest());
  }

  override status(): readonly SourceStatus[] {
    return this.#sources.map((source) => source.status());
  }

  /** Aborts every read in flight; resolves when their leases have ended. Call it when all requests are answered. */
  async stop(): Promise<void> {
    this.dependencies.runner.stop();
    await Promise.all(this.#sources.map((source) => source.settled()));
  }

  private async waitAtMost(waitMs: number | null, done: Promise<unknown>): Promise<void> {
    const timeoutMs = Math.min(waitMs ?? Infinity, this.deadlineMs);
    let cancel = (): void => undefined;
    const deadline = new Promise<void>((resolve) => {
      cancel = stallTolerantTimeout(timeoutMs, resolve);
    });
    await Promise.race([done, deadline]);
    cancel();
  }
}
