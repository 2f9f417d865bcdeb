import type { FeedStatus } from '@/model/collection.js';
import { feedName } from '@/model/feed.js';
import type { InventoryMember, ListedResource } from '@/model/listed-resource.js';
import type { InventoryRead, InventoryReader, ReadContext, ReadInventory } from '@/model/provider.js';
import type { Entry } from '@/snapshots/snapshot-store.js';
import { CachedList, type ReadList } from './cached-list.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { SEVERAL_FEEDS } from './circuit-rules.js';
import type { SourceDependencies } from './dependencies.js';
import { longestReadMs } from './feed-resource.js';
import { ListResource } from './list-resource.js';
import { parseInventoryHead, storeNameOfInventory } from './snapshot-codec.js';

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
class InventoryResource extends ListResource<ListedMembers, ReadInventory> {
  constructor(
    private readonly reader: InventoryReader,
    dependencies: SourceDependencies,
  ) {
    const { source } = dependencies;
    const feed = feedName(source.id, reader.key);
    super(dependencies, {
      name: storeNameOfInventory(feed, dependencies),
      feedName: feed,
      freshForMs: source.freshForMs,
      minRefreshMs: Math.min(source.minRefreshMs, source.freshForMs),
      timeoutMs: longestReadMs(source),
    });
  }

  protected override list(context: ReadContext): Promise<InventoryRead> {
    return this.reader.read(context);
  }

  override decode(
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
