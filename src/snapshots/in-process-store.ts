import type { Snapshot } from '@/model/snapshot.js';
import { SnapshotStore } from './snapshot-store.js';

/** Snapshots in this process's memory: gone with it. */
export class InProcessStore extends SnapshotStore {
  readonly #snapshots = new Map<string, Snapshot>();

  override newest(feed: string): Snapshot | null {
    return this.#snapshots.get(feed) ?? null;
  }

  override keep(snapshot: Snapshot): void {
    const held = this.#snapshots.get(snapshot.feed.name);
    if (held !== undefined && held.fetchTimeMs > snapshot.fetchTimeMs) return;
    this.#snapshots.set(snapshot.feed.name, snapshot);
  }

  override remove(feed: string): void {
    this.#snapshots.delete(feed);
  }
}
