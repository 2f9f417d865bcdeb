/** How often something was counted in a window of time that has not ended, and the milliseconds until it ends. */
export type Counted = readonly [count: number, leftMs: number];

/** Counts over all replicas. */
export abstract class SharedCounters {
  /** Counts one more under a key, in a window that begins with the first. Rejects where the others are out of reach. */
  abstract add(key: string, windowMs: number): Promise<Counted>;
}
