import {
  FeedCollection,
  type CollectionAnswer,
  type FeedScope,
  type Freshness,
  type SourceStatus,
} from '@/model/collection.js';
import type { Provider } from '@/model/provider.js';
import type { Snapshot } from '@/model/snapshot.js';
import type { SourceConfig } from '@/model/source.js';
import { limitTime } from '@/model/time-limit.js';
import type { TraceContext } from '@/model/trace-context.js';
import { Demand } from './demand.js';
import type { KeeperTools } from './keeper-tools.js';
import { SourceCircuit } from './source-circuit.js';
import { SourceKeeper } from './source-keeper.js';

/** The collection of this process: reads on demand, one read at a time a feed. */
export class Collection extends FeedCollection {
  override readonly sourceIds: readonly string[];
  override readonly deadlineMs: number;
  readonly #sources: readonly SourceKeeper[];

  constructor(
    sources: readonly SourceConfig[],
    providers: readonly Provider[],
    private readonly tools: KeeperTools,
  ) {
    super();
    this.sourceIds = sources.map(({ id }) => id);
    this.deadlineMs = tools.deadlineMs;
    const byId = new Map(providers.map((provider) => [provider.settings.id, provider]));
    this.#sources = sources.map((source) => {
      const provider = byId.get(source.provider);
      if (provider === undefined) throw new Error(`no provider ${source.provider}`);
      const feedsAreConfigured = source.clusters !== null || !provider.settings.hasClusters;
      const circuit = new SourceCircuit(tools.clock);
      return new SourceKeeper({
        ...tools,
        circuit,
        source,
        reader: provider.connect(source),
        feedsAreConfigured,
      });
    });
  }

  override async ensure(
    scope: FeedScope,
    freshness: Freshness,
    trace: TraceContext | null,
  ): Promise<CollectionAnswer> {
    const demand = new Demand({
      freshness,
      trace,
      sinceSerial: this.tools.revisions.newest,
      arrivedMs: this.tools.clock.monotonicMs(),
      feeds: scope.feed,
    });
    const sources = this.#sources.filter((source) => source.isWithin(scope));
    const waits: Promise<unknown>[] = [];
    for (const source of sources) source.want(demand, waits);
    if (waits.length > 0) await this.waitAtMost(freshness.waitMs, Promise.all(waits));
    demand.end();
    const feeds = sources.flatMap((source) => source.answers(demand));
    return { feeds: feeds.sort((a, b) => (a.feed < b.feed ? -1 : 1)), ...demand.outcome };
  }

  override newest(): readonly Snapshot[] {
    return this.#sources.flatMap((source) => source.newest());
  }

  override status(): readonly SourceStatus[] {
    return this.#sources.map((source) => source.status());
  }

  /** Cuts every read under way; resolves when their leases have ended. To be called when all requests have been answered. */
  async stop(): Promise<void> {
    this.tools.runner.stop();
    await Promise.all(this.#sources.map((source) => source.settled()));
  }

  private async waitAtMost(waitMs: number | null, done: Promise<unknown>): Promise<void> {
    const boundMs = Math.min(waitMs ?? Infinity, this.tools.deadlineMs);
    let callOff = (): void => undefined;
    const deadline = new Promise<void>((resolve) => {
      callOff = limitTime(boundMs, resolve);
    });
    await Promise.race([done, deadline]);
    callOff();
  }
}
