import type { Clock } from '@/model/clock.js';
import type { Backoff, Entry, StoreEvent } from '../snapshot-store.js';

/** The lease of a name, as the state of the store keeps it. */
export interface HeldLease {
  /** By the monotonic clock. */
  readonly endsAtMs: number;
  lose(): void;
}

/** What the store has under a name. */
export interface Slot {
  entry: Entry | null;
  /** By the monotonic clock. */
  keptAtMs: number;
  /** The highest version ever granted. */
  fence: number;
  backoff: Backoff | null;
  /** When the backoff was set, by the monotonic clock. */
  failedMs: number;
  lease: HeldLease | null;
}

type Listener = (event: StoreEvent, from: object) => void;

/** The entries and leases that in-process replicas share. */
export class InProcessState {
  readonly #slots = new Map<string, Slot>();
  readonly #listeners: Listener[] = [];

  constructor(
    readonly clock: Clock,
    readonly keepForMs: number,
  ) {}

  /** The number of names. */
  get size(): number {
    return this.#slots.size;
  }

  /** The slot of a name, created if absent, to be changed in place. */
  slot(name: string): Slot {
    const slot = this.known(name) ?? newSlot();
    this.#slots.set(name, slot);
    return slot;
  }

  /** The slot of a name; null if there is none. */
  known(name: string): Slot | null {
    const slot = this.#slots.get(name) ?? null;
    if (slot !== null && this.clock.monotonicMs() - slot.keptAtMs > this.keepForMs) slot.entry = null;
    return slot;
  }

  /** Removes a name, unless somebody reads it. */
  forget(name: string): void {
    const isRead = (this.known(name)?.lease ?? null) !== null;
    if (!isRead) this.#slots.delete(name);
  }

  /** Keeps the entry unless there is one as new; answers whether it did. */
  put(name: string, entry: Entry): boolean {
    for (const each of this.#slots.keys()) this.known(each);
    const slot = this.slot(name);
    if (slot.entry !== null && slot.entry.version >= entry.version) return false;
    slot.entry = entry;
    slot.keptAtMs = this.clock.monotonicMs();
    slot.fence = Math.max(slot.fence, entry.version);
    return true;
  }

  /** No lease is granted before the end of the backoff. */
  pause(name: string, backoff: Backoff): void {
    Object.assign(this.slot(name), { backoff, failedMs: this.clock.monotonicMs() });
  }

  publish(event: StoreEvent, from: object): void {
    for (const listener of this.#listeners) listener(event, from);
  }

  onStoreEvent(listener: Listener): void {
    this.#listeners.push(listener);
  }
}

function newSlot(): Slot {
  return { entry: null, keptAtMs: 0, fence: 0, backoff: null, failedMs: 0, lease: null };
}
