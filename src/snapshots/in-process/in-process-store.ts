import { SYSTEM_CLOCK } from '@/model/clock.js';
import { LEASE_MS } from '../heartbeat.js';
import { InProcessLease } from './in-process-lease.js';
import {
  SnapshotStore,
  type Backoff,
  type Claim,
  type ClaimWish,
  type Entry,
  type News,
} from '../snapshot-store.js';
import { Shelf, type Slot } from './shelf.js';

/** Keeps entries in this process: gone with it. */
export class InProcessStore extends SnapshotStore {
  readonly #shelf: Shelf;
  readonly #listeners: ((news: News) => void)[] = [];

  /** An entry is let go of `keepForMs` after it was kept. `shelf` is what several replicas share. */
  constructor(clock = SYSTEM_CLOCK, keepForMs = Infinity, shelf = new Shelf(clock, keepForMs)) {
    super();
    this.#shelf = shelf;
    shelf.onNews((news, from) => {
      if (from !== this)
        this.#listeners.forEach((listener) => {
          listener(news);
        });
    });
  }

  /** Another replica's way to the same entries and leases. */
  replica(): InProcessStore {
    return new InProcessStore(this.#shelf.clock, this.#shelf.keepForMs, this.#shelf);
  }

  load(name: string, held: Entry | null): Promise<Entry | null> {
    const entry = this.newest(name);
    return Promise.resolve(isNewer(entry, held?.version ?? null) ? entry : null);
  }

  claim(name: string, wish: ClaimWish): Promise<Claim> {
    return Promise.resolve(this.claimNow(name, wish));
  }

  offer(name: string, entry: Entry): Promise<void> {
    if (this.#shelf.put(name, entry)) this.#shelf.announce({ name, version: entry.version }, this);
    return Promise.resolve();
  }

  override forget(name: string): void {
    this.#shelf.forget(name);
  }

  onNews(listener: (news: News) => void): void {
    this.#listeners.push(listener);
  }

  /** The entry of a name, or null. */
  newest(name: string): Entry | null {
    return this.#shelf.known(name)?.entry ?? null;
  }

  /** Nobody is given a lease before the backoff's end. */
  pause(name: string, backoff: Backoff): void {
    this.#shelf.pause(name, backoff);
  }

  private claimNow(name: string, { held, nowMs }: ClaimWish): Claim {
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

  /** By the asker's wall clock, and for no longer than the pause is, however wrong that clock may be. */
  private isPaused({ backoff, failedMs }: Slot, nowMs: number): boolean {
    if (backoff === null || backoff.notBeforeMs <= nowMs) return false;
    return this.#shelf.clock.monotonicMs() - failedMs < backoff.notBeforeMs - backoff.failedAtMs;
  }
}

function isNewer(entry: Entry | null, held: number | null): boolean {
  return entry !== null && entry.version > (held ?? 0);
}
