import { isDeepStrictEqual } from 'node:util';
import {
  FeedCollection,
  type CollectionAnswer,
  type FeedScope,
  type Freshness,
  type SourceStatus,
} from '@/model/collection.js';
import type { Provider } from '@/model/provider.js';
import type { ListedResource } from '@/model/listed-resource.js';
import type { Snapshot } from '@/model/snapshot.js';
import { accountOf, type SourceConfig } from '@/model/source.js';
import { stallTolerantTimeout } from '@/scheduling/stall-tolerant-timeout.js';
import { Backplane } from './backplane.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { Revisions, type CollectionDependencies } from './dependencies.js';
import { FreshnessRequest } from './freshness-request.js';
import { Source } from './source.js';
import { WaitSpan } from './spans.js';
import { SEVERAL_FEEDS } from './circuit-rules.js';

/** The collection of this process: it reads feeds on demand, and one read of a feed at a time. */
export class Collection extends FeedCollection {
  override readonly key = 'all';
  override readonly deadlineMs: number;
  readonly #revisions = new Revisions();
  readonly #backplane: Backplane;
  readonly #providers: ReadonlyMap<string, Provider>;
  #sources: readonly Source[];
  /** Sources that are no longer configured, or in another way, until their reads have ended. */
  readonly #ending = new Set<Promise<void>>();

  constructor(
    sources: readonly SourceConfig[],
    providers: readonly Provider[],
    private readonly dependencies: CollectionDependencies,
  ) {
    super();
    const { store, clock, deadlineMs } = dependencies;
    this.deadlineMs = deadlineMs;
    this.#backplane = new Backplane(store, clock);
    this.#providers = new Map(providers.map((provider) => [provider.settings.id, provider]));
    this.#sources = sources.map((source) => this.newSource(source, false));
  }

  /**
   * Takes over the sources of a changed configuration. Those that did not change stay as they are. Questions and reads
   * under way go on; new and changed sources are read at once. Throws for a provider that does not exist, and then nothing
   * has changed.
   */
  apply(configs: readonly SourceConfig[]): void {
    for (const { provider } of configs) this.providerOf(provider);
    const before = new Map(this.#sources.map((source) => [source.id, source]));
    this.#sources = configs.map((config) => {
      const known = before.get(config.id);
      if (known === undefined || !isDeepStrictEqual(known.config, config))
        return this.newSource(config, true);
      before.delete(config.id);
      return known;
    });
    for (const source of before.values()) this.end(source);
  }

  override sourceIdsIn(scope: FeedScope): readonly string[] {
    return this.#sources.filter((source) => source.isWithin(scope)).map(({ id }) => id);
  }

  override async ensure(scope: FeedScope, freshness: Freshness): Promise<CollectionAnswer> {
    const request = new FreshnessRequest({
      freshness,
      sinceSerial: this.#revisions.newest,
      arrivedMs: this.dependencies.clock.monotonicMs(),
      feeds: scope.feed,
      inventories: scope.inventories,
    });
    const sources = this.#sources.filter((source) => source.isWithin(scope));
    const waits: Promise<void>[] = [];
    for (const source of sources) source.refreshFor(request, waits);
    const span = waits.length > 0 ? WaitSpan.start() : null;
    if (waits.length > 0) await this.waitAtMost(freshness.waitMs, Promise.all(waits));
    request.end();
    this.dependencies.observer?.questionAnswered(request.outcome.waitedFor);
    const feeds = sources.flatMap((source) => source.answers(request));
    span?.end(request.reads, feeds);
    return {
      feeds: feeds.sort((a, b) => (a.feed < b.feed ? -1 : 1)),
      inventoryProblems: sources.flatMap((source) => source.inventoryProblem(request) ?? []),
      ...request.outcome,
    };
  }

  override listResources(scope: FeedScope): ReadonlyMap<string, readonly ListedResource[]> {
    const sources = this.#sources.filter((source) => source.isWithin(scope));
    return new Map(sources.map((source) => [source.id, source.listedResources()]));
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
    await Promise.all([...this.#sources.map((source) => source.settled()), ...this.#ending]);
  }

  private newSource(source: SourceConfig, isChanged: boolean): Source {
    const provider = this.providerOf(source.provider);
    return new Source({
      ...this.dependencies,
      revisions: this.#revisions,
      backplane: this.#backplane,
      source,
      account: accountOf(source, provider.settings),
      reader: provider.connect(source),
      isChanged,
      sourceBreaker: new CircuitBreaker({ clock: this.dependencies.clock, rule: SEVERAL_FEEDS }),
    });
  }

  private providerOf(id: string): Provider {
    const provider = this.#providers.get(id);
    if (provider === undefined) throw new Error(`no provider ${id}`);
    return provider;
  }

  private end(source: Source): void {
    const ending = source.end().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
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
