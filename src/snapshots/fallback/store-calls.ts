import { RedisUnavailable, withinBound } from '@/redis/redis-link.js';
import { readBackoff } from '../redis/backoff-text.js';
import type { Claim, Entry } from '../snapshot-store.js';

/** How long calls of the shared store may take, milliseconds. */
export interface FallbackTimeouts {
  readonly claimMs: number;
  /** For a whole entry: the largest takes minutes. Each step of a transfer has a timeout of its own. */
  readonly transferMs: number;
}

const DEFAULT_TIMEOUTS: FallbackTimeouts = { claimMs: 1_000, transferMs: 600_000 };

/** Calls a store that may be unreachable, slow or wrong. No call throws, and each ends within its timeout. */
export class StoreCalls {
  /** `onFault` receives the code of each fault. */
  constructor(
    private readonly onFault: (code: string) => void,
    private readonly timeouts = DEFAULT_TIMEOUTS,
  ) {}

  /** null if there was no answer in time. A lease that is granted later is given up. */
  async claim(work: () => Promise<Claim>): Promise<Claim | null> {
    const claim = await this.within(this.timeouts.claimMs, work, (late) => {
      if (isClaim(late) && late.outcome === 'granted') void this.brief(() => late.lease.giveUp(null));
    });
    if (claim === 'failed') return null;
    return isClaim(claim) ? claim : this.wrong();
  }

  /** null if there is no entry, or no answer in time. */
  async entry(work: () => Promise<Entry | null>): Promise<Entry | null> {
    const entry = await this.transfer(work);
    if (entry === 'failed' || entry === null) return null;
    return isEntry(entry) ? entry : this.wrong();
  }

  /** Like `transfer`, for calls without rows. */
  brief<T>(work: () => Promise<T>): Promise<T | 'failed'> {
    return this.within(this.timeouts.claimMs, work, () => undefined);
  }

  /** 'failed' if there was no answer in time. */
  transfer<T>(work: () => Promise<T>): Promise<T | 'failed'> {
    return this.within(this.timeouts.transferMs, work, () => undefined);
  }

  now(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.report(error);
    }
  }

  private async within<T>(
    timeoutMs: number,
    work: () => Promise<T>,
    onLate: (late: T) => void,
  ): Promise<T | 'failed'> {
    const answer = Promise.resolve().then(work);
    try {
      return await withinBound(timeoutMs, answer);
    } catch (error) {
      // After a timeout the call may still succeed.
      answer.then(onLate, () => undefined);
      this.report(error);
      return 'failed';
    }
  }

  private wrong(): null {
    this.onFault('GARBAGE');
    return null;
  }

  private report(error: unknown): void {
    this.onFault(error instanceof RedisUnavailable ? error.code : 'OTHER');
  }
}

function isClaim(value: unknown): value is Claim {
  const { outcome, forMs, backoff, lease } = fieldsOf(value);
  if (outcome === 'granted') return Number.isSafeInteger(fieldsOf(lease).version);
  if (outcome === 'busy') return typeof forMs === 'number';
  return outcome === 'newer' || (outcome === 'paused' && readBackoff(backoff) !== null);
}

function isEntry(value: unknown): value is Entry {
  const { version, rows } = fieldsOf(value);
  return Number.isSafeInteger(version) && Array.isArray(rows);
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
