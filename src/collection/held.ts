import type { Moment } from '@/model/clock.js';
import type { Entry } from '@/snapshots/snapshot-store.js';

/** What is kept, as this process holds it. */
export interface Held<T> {
  readonly entry: Entry;
  readonly value: T;
  /** What its age counts from: when the read ended, as far as this process can tell, and never later than now. */
  readonly agesFrom: Moment;
  /** When the read that brought it ended, epoch milliseconds, to be shown; never later than when it arrived here. */
  readonly fetchTimeMs: number;
  /** Numbers what arrives in this process, whatever it is. */
  readonly serial: number;
  /** True when this process read it. */
  readonly isOwn: boolean;
}
