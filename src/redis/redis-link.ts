import type { Cluster, Redis } from 'ioredis';
import { stallTolerantTimeout } from '@/scheduling/stall-tolerant-timeout.js';

/** A Redis that cannot be used now. `code` is a word of ours or of Redis (OOM, NOAUTH, READONLY): never its text. */
export class RedisUnavailable extends Error {
  /** `lacking` names the commands that the work needs and that are not there or not permitted; null: none is known. */
  constructor(
    readonly code: string,
    readonly lacking: string | null = null,
  ) {
    super(`Redis is not usable: ${code}`);
  }
}

export type Commands = Redis | Cluster;

/** How the link stands. */
export interface LinkStatus {
  readonly state: 'up' | 'down';
  /** Why it is down; null while it is up. */
  readonly code: string | null;
  /** The commands that are not there or not permitted, where that is why. */
  readonly lacking: string | null;
  /** Since when it is so, epoch milliseconds. */
  readonly sinceMs: number;
}

/**
 * The one way to Redis. It never hangs and never queues: while Redis is down a call is refused at once, and a
 * probe in the background finds out when Redis can be used (read and written) again.
 */
export abstract class RedisLink {
  /** Put before every key. */
  abstract readonly prefix: string;
  abstract readonly status: LinkStatus;
  /**
   * Runs commands within a bound of time: short ones by default, `bulk` on a connection of its own with a longer
   * bound. Throws `RedisUnavailable`, whatever goes wrong; any fault of Redis (not of an answer's content)
   * also takes the link down.
   */
  abstract run<T>(work: (redis: Commands) => Promise<T>, kind?: 'short' | 'bulk'): Promise<T>;
  /** Listens on a channel for as long as the link lives, over reconnections. Messages are not kept. */
  abstract subscribe(channel: string, listener: (message: Buffer) => void): void;
  /** Called each time the link comes up, the first time included. */
  abstract onUp(listener: () => void): void;
  abstract close(): Promise<void>;
}

/** The work's outcome, or TIMEOUT after `boundMs` (see `stallTolerantTimeout`). A later outcome is dropped. */
export function withinBound<T>(boundMs: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const callOff = stallTolerantTimeout(boundMs, () => {
      reject(new RedisUnavailable('TIMEOUT'));
    });
    void work.then(resolve, reject).finally(callOff);
  });
}
