import type { Entry } from '@/snapshots/snapshot-store.js';

/** What is kept, as this process holds it. */
export interface Held<T> {
  readonly entry: Entry;
  readonly value: T;
  /** When the read that brought it ended, epoch milliseconds; never later than when it arrived here. */
  readonly fetchTimeMs: number;
  /** Numbers what arrives in this process, whatever it is. */
  readonly serial: number;
  /** True when this process read it. */
  readonly isOwn: boolean;
}
