import {
  FeedCollection,
  type CollectionAnswer,
  type FeedScope,
  type Freshness,
  type SourceStatus,
} from '@/model/collection.js';
import type { ListedResource } from '@/model/listed-resource.js';
import type { SourceSet } from '@/model/scope.js';
import type { Snapshot } from '@/model/snapshot.js';

/** The sources of a collection that a caller may see, and may force reads of. */
export class VisibleCollection extends FeedCollection {
  override readonly key: string;

  constructor(
    private readonly whole: FeedCollection,
    private readonly visible: SourceSet,
    private readonly mayForce: SourceSet,
  ) {
    super();
    // A source may be called like the key of the whole.
    this.key = visible === 'all' ? whole.key : `only ${[...visible].sort().join()}`;
  }

  override get deadlineMs(): number {
    return this.whole.deadlineMs;
  }

  override sourceIdsIn(scope: FeedScope): readonly string[] {
    return this.whole.sourceIdsIn(scope).filter((id) => this.#sees(id));
  }

  override ensure(scope: FeedScope, freshness: Freshness): Promise<CollectionAnswer> {
    return this.whole.ensure(this.#within(scope), { ...freshness, mayForce: this.mayForce });
  }

  override listResources(scope: FeedScope): ReadonlyMap<string, readonly ListedResource[]> {
    return this.whole.listResources(this.#within(scope));
  }

  override newest(): readonly Snapshot[] {
    return this.whole.newest().filter(({ feed }) => this.#sees(feed.source));
  }

  override status(): readonly SourceStatus[] {
    return this.whole.status().filter(({ id }) => this.#sees(id));
  }

  #sees(id: string): boolean {
    return this.visible === 'all' || this.visible.has(id);
  }

  #within(scope: FeedScope): FeedScope {
    if (this.visible === 'all') return scope;
    const { source = [...this.visible] } = scope;
    return { ...scope, source: source.filter((id) => this.#sees(id)) };
  }
}
