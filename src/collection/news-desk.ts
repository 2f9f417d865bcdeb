import type { StoreEvent, SnapshotStore } from '@/snapshots/snapshot-store.js';

/** Passes on what other replicas have done to whoever keeps the same thing here. */
export class NewsDesk {
  readonly #readers = new Map<string, (event: StoreEvent) => void>();

  constructor(store: SnapshotStore) {
    store.onStoreEvent((event) => this.#readers.get(event.name)?.(event));
  }

  /** Whoever asked for the same name before is no longer told. */
  subscribe(name: string, reader: (event: StoreEvent) => void): void {
    this.#readers.set(name, reader);
  }

  /** Nobody is told of the name any more. */
  unsubscribe(name: string): void {
    this.#readers.delete(name);
  }
}
