import { SYSTEM_CLOCK } from '@/model/clock.js';
import { LEASE_MS } from '../heartbeat.js';
import { InProcessLease } from './in-process-lease.js';
import {
  SnapshotStore,
  type Backoff,
  type Claim,
  type ClaimRequest,
  type Entry,
  type StoreEvent,
} from '../snapshot-store.js';
import { Shelf, type Slot } from './shelf.js';

/** Keeps entries in the memory of this process. */
export class InProcessStore extends SnapshotStore {
  readonly #shelf: Shelf;
  readonly #listeners: ((event: StoreEvent) => void)[] = [];

  /** Entries are removed `keepForMs` after they were kept. Several replicas may share a `shelf`. */
  constructor(clock = SYSTEM_CLOCK, keepForMs = Infinity, shelf = new Shelf(clock, keepForMs)) {
    super();
    this.#shelf = shelf;
    shelf.onStoreEvent((event, from) => {
      if (from !== this)
        this.#listeners.forEach((listener) => {
          listener(event);
        });
    });
  }

  /** The store of another replica, with the same entries and leases. */
  replica(): InProcessStore {
    return new InProcessStore(this.#shelf.clock, this.#shelf.keepForMs, this.#shelf);
  }

  load(name: string, held: Entry | null): Promise<Entry | null> {
    const entry = this.newest(name);
    return Promise.resolve(isNewer(entry, held?.version ?? null) ? entry : null);
  }

  claim(name: string, request: ClaimRequest): Promise<Claim> {
    return Promise.resolve(this.claimNow(name, request));
  }

  offer(name: string, entry: Entry): Promise<void> {
    if (this.#shelf.put(name, entry)) this.#shelf.publish({ name, version: entry.version }, this);
    return Promise.resolve();
  }

  override forget(name: string): void {
    this.#shelf.forget(name);
  }

  onStoreEvent(listener: (event: StoreEvent) => void): void {
    this.#listeners.push(listener);
  }

  /** The entry of a name, or null. */
  newest(name: string): Entry | null {
    return this.#shelf.known(name)?.entry ?? null;
  }

  /** No lease is granted before the end of the backoff. */
  pause(name: string, backoff: Backoff): void {
    this.#shelf.pause(name, backoff);
  }

  private claimNow(name: string, { held, nowMs }: ClaimRequest): Claim {
    const slot = this.#shelf.slot(name);
    if (isNewer(slot.entry, held)) return { outcome: 'newer' };
    const { backoff, lease } = slot;
    if (backoff !== null && this.isPaused(slot, nowMs)) return { outcome: 'paused', backoff };
    const forMs = (lease?.endsAtMs ?? 0) - this.#shelf.clock.monotonicMs();
    if (forMs > 0) return { outcome: 'busy', forMs: Math.min(forMs, LEASE_MS) };
    lease?.lose();
    slot.fence = Math.max(Math.floor(nowMs), slot.fence + 1, (held ?? 0) + 1);
    const granted = new InProcessLease(this.#shelf, { name, version: slot.fence, holder: this });
    slot.lease = granted;
    return { outcome: 'granted', lease: granted };
  }

  /** By the caller's wall clock, but no longer than the pause lasts: that clock may be wrong. */
  private isPaused({ backoff, failedMs }: Slot, nowMs: number): boolean {
    if (backoff === null || backoff.notBeforeMs <= nowMs) return false;
    return this.#shelf.clock.monotonicMs() - failedMs < backoff.notBeforeMs - backoff.failedAtMs;
  }
}

function isNewer(entry: Entry | null, held: number | null): boolean {
  return entry !== null && entry.version > (held ?? 0);
}
