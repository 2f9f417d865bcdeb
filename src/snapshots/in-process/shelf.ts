import type { Clock } from '@/model/clock.js';
import type { Backoff, Entry, News } from '../snapshot-store.js';

/** The part of a lease that others see. */
export interface Held {
  /** By the monotonic clock. */
  readonly endsAtMs: number;
  lose(): void;
}

/** What is known of a name. */
export interface Slot {
  entry: Entry | null;
  /** By the monotonic clock. */
  keptAtMs: number;
  /** The highest version ever given. */
  fence: number;
  backoff: Backoff | null;
  /** When the backoff was told, by the monotonic clock. */
  failedMs: number;
  lease: Held | null;
}

type NewsListener = (news: News, from: object) => void;

/** The entries and leases that in-process replicas share. */
export class Shelf {
  readonly #slots = new Map<string, Slot>();
  readonly #listeners: NewsListener[] = [];

  constructor(
    readonly clock: Clock,
    readonly keepForMs: number,
  ) {}

  /** How many names something is known of. */
  get size(): number {
    return this.#slots.size;
  }

  /** What is known of a name, to be changed in place. */
  slot(name: string): Slot {
    const slot = this.known(name) ?? newSlot();
    this.#slots.set(name, slot);
    return slot;
  }

  /** The same, null where nothing is known. */
  known(name: string): Slot | null {
    const slot = this.#slots.get(name) ?? null;
    if (slot !== null && this.clock.monotonicMs() - slot.keptAtMs > this.keepForMs) slot.entry = null;
    return slot;
  }

  /** Lets go of a name, unless somebody reads it again. */
  forget(name: string): void {
    const isRead = (this.known(name)?.lease ?? null) !== null;
    if (!isRead) this.#slots.delete(name);
  }

  /** Keeps the entry unless one as new is there; answers whether it did. */
  put(name: string, entry: Entry): boolean {
    for (const each of this.#slots.keys()) this.known(each);
    const slot = this.slot(name);
    if (slot.entry !== null && slot.entry.version >= entry.version) return false;
    slot.entry = entry;
    slot.keptAtMs = this.clock.monotonicMs();
    slot.fence = Math.max(slot.fence, entry.version);
    return true;
  }

  /** Nobody is given a lease before the backoff's end. */
  pause(name: string, backoff: Backoff): void {
    Object.assign(this.slot(name), { backoff, failedMs: this.clock.monotonicMs() });
  }

  announce(news: News, from: object): void {
    for (const listener of this.#listeners) listener(news, from);
  }

  onNews(listener: NewsListener): void {
    this.#listeners.push(listener);
  }
}

function newSlot(): Slot {
  return { entry: null, keptAtMs: 0, fence: 0, backoff: null, failedMs: 0, lease: null };
}
