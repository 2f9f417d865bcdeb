import type { Clock } from '@/model/clock.js';
import type { Backoff, SnapshotStore, StoreEvent } from '@/snapshots/snapshot-store.js';

/** An event arrives within this time. A backoff that looks older or younger was timed by another clock. */
const MAX_DELIVERY_MS = 5_000;

/** Passes the events of other replicas to the cache of the same name, with times by this replica's clock. */
export class Backplane {
  readonly #listeners = new Map<string, (event: StoreEvent) => void>();

  constructor(
    store: SnapshotStore,
    private readonly clock: Clock,
  ) {
    store.onStoreEvent((event) => {
      const listener = this.#listeners.get(event.name);
      listener?.('backoff' in event ? { ...event, backoff: this.localise(event.backoff) } : event);
    });
  }

  /** Replaces an earlier listener of the same name. */
  subscribe(name: string, listener: (event: StoreEvent) => void): void {
    this.#listeners.set(name, listener);
  }

  unsubscribe(name: string): void {
    this.#listeners.delete(name);
  }

  /** The read failed a moment ago, whatever the other replica's clock says. */
  private localise(backoff: Backoff): Backoff {
    const nowMs = this.clock.wallMs();
    const agoMs = nowMs - backoff.failedAtMs;
    if (agoMs >= 0 && agoMs <= MAX_DELIVERY_MS) return backoff;
    return { ...backoff, failedAtMs: nowMs, notBeforeMs: nowMs + backoff.notBeforeMs - backoff.failedAtMs };
  }
}
