import type { Snapshot } from '@/model/snapshot.js';

/** Keeps the newest snapshot of each feed. */
export abstract class SnapshotStore {
  /** The newest snapshot of a feed, or null. */
  abstract newest(feed: string): Snapshot | null;
  /** Keeps a snapshot unless a newer one of its feed is there already. */
  abstract keep(snapshot: Snapshot): void;
  abstract remove(feed: string): void;
}
