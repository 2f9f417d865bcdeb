import type { FeedAnswer, FeedStatus } from '@/model/collection.js';
import type { Feed } from '@/model/feed.js';
import type { Snapshot } from '@/model/snapshot.js';
import { CachedList } from './cached-list.js';
import type { SourceDependencies } from './dependencies.js';
import { FeedResource } from './feed-resource.js';
import type { FreshnessRequest } from './freshness-request.js';

/** A feed with its cached snapshot. */
export class CachedFeed extends CachedList<Snapshot, FeedResource> {
  constructor(
    feed: Feed,
    dependencies: SourceDependencies,
    /** Called when the upstream does not know the feed. */
    onNotFound: () => void,
  ) {
    super(new FeedResource(feed, dependencies), dependencies, {
      keepForMs: dependencies.source.keepForMs,
      onFailure: ({ reason }) => {
        if (reason === 'NOT_FOUND') onNotFound();
      },
    });
  }

  get feed(): Feed {
    return this.resource.feed;
  }

  /** A new listing may change the name of the feed's cluster. */
  set feed(feed: Feed) {
    this.resource.feed = feed;
  }

  /** What there is now, and whether it is what the request accepts. */
  answer(request: FreshnessRequest): FeedAnswer {
    const cached = this.servable();
    return {
      feed: this.feed.name,
      snapshot: cached?.value ?? null,
      agesFrom: cached?.agesFrom ?? null,
      problem: this.problem(request),
      freshForMs: this.dependencies.source.freshForMs,
    };
  }

  status(): FeedStatus {
    const snapshot = this.newest();
    return {
      ...this.listStatus(),
      taskCount: snapshot?.rows.length ?? null,
      coveredSince: snapshot?.coveredSince ?? null,
    };
  }

  /** The newest snapshot; null if there is none, or it is older than `keepFor`. */
  newest(): Snapshot | null {
    return this.servable()?.value ?? null;
  }
}
