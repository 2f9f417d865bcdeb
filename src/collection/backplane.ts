import type { Clock } from '@/model/clock.js';
import type { Backoff, SnapshotStore, StoreEvent } from '@/snapshots/snapshot-store.js';

/** An event arrives within this time. A backoff that looks older or younger was timed by another clock. */
const MAX_DELIVERY_MS = 5_000;

/** Passes the events of other replicas to the cache of the same name, with times by this replica's clock. */
export class Backplane {
  readonly #listeners = new Map<string, Set<(event: StoreEvent) => void>>();

  constructor(
    store: SnapshotStore,
    private readonly clock: Clock,
  ) {
    store.onStoreEvent((event) => {
      const local = 'backoff' in event ? { ...event, backoff: this.localise(event.backoff) } : event;
      for (const listener of this.#listeners.get(event.name) ?? []) listener(local);
    });
  }

  /** Answers the function that ends the subscription; that answers true if nobody else listens to the name. */
  subscribe(name: string, listener: (event: StoreEvent) => void): () => boolean {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0) return false;
      if (this.#listeners.get(name) === listeners) this.#listeners.delete(name);
      return true;
    };
  }

  /** The read failed a moment ago, whatever the other replica's clock says. */
  private localise(backoff: Backoff): Backoff {
    const nowMs = this.clock.wallMs();
    const agoMs = nowMs - backoff.failedAtMs;
    if (agoMs >= 0 && agoMs <= MAX_DELIVERY_MS) return backoff;
    return { ...backoff, failedAtMs: nowMs, notBeforeMs: nowMs + backoff.notBeforeMs - backoff.failedAtMs };
  }
}
