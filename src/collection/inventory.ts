import type { FeedStatus } from '@/model/collection.js';
import { feedName } from '@/model/feed.js';
import type { InventoryMember, ListedResource } from '@/model/listed-resource.js';
import type { InventoryReader } from '@/model/provider.js';
import type { Content, Entry } from '@/snapshots/snapshot-store.js';
import type { CacheableResource, ReadOptions, ReadResult } from './cacheable-resource.js';
import { CachedList, type ReadList } from './cached-list.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { SEVERAL_FEEDS } from './circuit-rules.js';
import type { SourceDependencies } from './dependencies.js';
import { longestReadMs } from './feed-resource.js';
import { parseInventoryHead, storeNameOfInventory, type InventoryHead } from './snapshot-codec.js';

interface ListedMembers extends ReadList {
  /** The same object as in the list before where nothing has changed. */
  readonly resources: readonly ListedResource[];
}

/**
 * What a source lists besides tasks. It never grows too old: a resource that was known once is not forgotten because the
 * list cannot be read.
 */
export class Inventory extends CachedList<ListedMembers> {
  constructor(reader: InventoryReader, dependencies: SourceDependencies) {
    // Its failures and successes say nothing about the feeds, so the circuit of the source does not learn of them.
    const sourceBreaker = new CircuitBreaker({ clock: dependencies.clock, rule: SEVERAL_FEEDS });
    const own = { ...dependencies, sourceBreaker };
    super(new InventoryResource(reader, own), own, { keepForMs: Infinity });
  }

  /** What it last told; the same object while that does not change. */
  get resources(): readonly ListedResource[] {
    return this.servable()?.value.resources ?? NOTHING;
  }

  status(): FeedStatus {
    const resourceCount = this.servable()?.value.resources.length ?? null;
    return { ...this.listStatus(), taskCount: null, resourceCount, coveredSince: null };
  }
}

const NOTHING: readonly ListedResource[] = [];

/** How an inventory is read and decoded. */
class InventoryResource implements CacheableResource<ListedMembers> {
  readonly name: string;
  readonly feedName: string;
  readonly freshForMs: number;
  readonly minRefreshMs: number;
  #calls = 0;

  constructor(
    private readonly reader: InventoryReader,
    private readonly dependencies: SourceDependencies,
  ) {
    const { id, freshForMs, minRefreshMs } = dependencies.source;
    this.feedName = feedName(id, reader.key);
    this.name = storeNameOfInventory(this.feedName, dependencies);
    this.freshForMs = freshForMs;
    this.minRefreshMs = Math.min(minRefreshMs, freshForMs);
  }

  get calls(): number {
    return this.#calls;
  }

  read({ signals, trace }: ReadOptions): Promise<ReadResult> {
    const { source, runner, clock } = this.dependencies;
    const onCall = (): void => {
      this.#calls += 1;
    };
    const options = { timeoutMs: longestReadMs(source), trace, signals, onCall, previous: null };
    return runner.run<ReadResult>(options, async (context) => {
      const read = await this.reader.read(context);
      if (read.outcome === 'failed') return { failure: read.failure };
      const { outcome: _, ...told } = read;
      const head: InventoryHead = { ...told, fetchTimeMs: clock.wallMs() };
      return { content: { head, rows: [], endedMs: clock.monotonicMs() } satisfies Content };
    });
  }

  decode(
    { head }: Entry,
    newest: ListedMembers | null,
  ): { value: ListedMembers; fetchTimeMs: number } | null {
    const parsed = parseInventoryHead(head);
    if (parsed === null) return null;
    const { members, fetchTimeMs, ...told } = parsed;
    return {
      value: { ...told, resources: this.#resourcesOf(members, newest?.resources ?? []) },
      fetchTimeMs,
    };
  }

  /** A resource that has not changed stays the same object, and so does the list if none has. */
  #resourcesOf(
    members: readonly InventoryMember[],
    before: readonly ListedResource[],
  ): readonly ListedResource[] {
    const known = new Map(before.map((resource) => [identityOf(resource), resource]));
    const resources = members.map((member) => {
      const old = known.get(identityOf(member));
      return old !== undefined && isSame(old, member) ? old : this.#resourceOf(member);
    });
    const isUnchanged =
      resources.length === before.length && resources.every((each, index) => each === before[index]);
    return isUnchanged ? before : resources;
  }

  #resourceOf(member: InventoryMember): ListedResource {
    const { id: source, provider, region, projectId } = this.dependencies.source;
    return { source, provider, ...member, region, projectId };
  }
}

function identityOf({ type, id }: Pick<ListedResource, 'type' | 'id'>): string {
  return JSON.stringify([type, id]);
}

/** Of two with one identity. */
function isSame(old: ListedResource, { name, cluster }: InventoryMember): boolean {
  return old.name === name && old.cluster?.id === cluster?.id && old.cluster?.name === cluster?.name;
}
