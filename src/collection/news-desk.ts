import type { News, SnapshotStore } from '@/snapshots/snapshot-store.js';

/** Passes on what other replicas have done to whoever keeps the same thing here. */
export class NewsDesk {
  readonly #readers = new Map<string, (news: News) => void>();

  constructor(store: SnapshotStore) {
    store.onNews((news) => this.#readers.get(news.name)?.(news));
  }

  /** Whoever asked for the same name before is no longer told. */
  subscribe(name: string, reader: (news: News) => void): void {
    this.#readers.set(name, reader);
  }

  /** Nobody is told of the name any more. */
  unsubscribe(name: string): void {
    this.#readers.delete(name);
  }
}
