import { Collection } from '@/collection/collection.js';
import { ReadRunner } from '@/collection/read-runner.js';
import { SYSTEM_CLOCK, type Clock } from '@/model/clock.js';
import { USUAL_FRESHNESS, type CollectionAnswer, type Freshness } from '@/model/collection.js';
import type { Provider } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import type { SnapshotStore } from '@/snapshots/snapshot-store.js';
import { FEED, SOURCE, type FakeUpstream } from './fake-upstream.js';

export interface ReplicaOptions {
  readonly upstream: Pick<FakeUpstream, 'reader'>;
  readonly store: SnapshotStore;
  readonly clock?: Clock;
  readonly source?: Partial<SourceConfig>;
}

/** The collection of one replica, without the rest of the gateway. */
export class CollectionReplica {
  readonly collection: Collection;
  readonly runner: ReadRunner;
  readonly errors: unknown[] = [];

  constructor({ upstream, store, clock = SYSTEM_CLOCK, source = {} }: ReplicaOptions) {
    const settings = { ...SOURCE, ...source };
    const provider = {
      settings: { id: 'p', hasClusters: true, credentials: [] },
      connect: () => upstream.reader(),
    } as unknown as Provider;
    this.runner = new ReadRunner({ error: (error) => this.errors.push(error) });
    this.collection = new Collection([settings], [provider], {
      store,
      runner: this.runner,
      clock,
      deadlineMs: 2_000,
    });
  }

  ask(freshness: Partial<Freshness> = {}): Promise<CollectionAnswer> {
    return this.collection.ensure({}, { ...USUAL_FRESHNESS, ...freshness });
  }

  /** The number of the read that the newest snapshot comes from; 0 if there is none. */
  get shows(): number {
    return Number(this.collection.newest()[0]?.rows[0]?.task.nativeId ?? 0);
  }

  /** The age of the snapshot as the status shows it; null if there is none. */
  get ageMs(): number | null {
    return this.collection.status()[0]?.feeds.find(({ feed }) => feed === FEED.name)?.ageMs ?? null;
  }

  stop(): void {
    void this.collection.stop();
  }
}
