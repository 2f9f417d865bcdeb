import type { Snapshot } from '@/model/snapshot.js';

/** Snapshots in this process's memory: gone with it. */
export class SnapshotMap {
  readonly #snapshots = new Map<string, Snapshot>();

  newest(feed: string): Snapshot | null {
    return this.#snapshots.get(feed) ?? null;
  }

  keep(snapshot: Snapshot): void {
    const held = this.#snapshots.get(snapshot.feed.name);
    if (held !== undefined && held.fetchTimeMs > snapshot.fetchTimeMs) return;
    this.#snapshots.set(snapshot.feed.name, snapshot);
  }

  remove(feed: string): void {
    this.#snapshots.delete(feed);
  }
}
