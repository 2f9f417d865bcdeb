import { RedisUnavailable } from '@/redis/redis-link.js';
import { withinBound } from '@/redis/within-bound.js';
import { readBackoff } from '../redis/backoff-text.js';
import type { Claim, Entry } from '../snapshot-store.js';

/** How long a shared store is waited for, milliseconds. */
export interface Patience {
  readonly claimMs: number;
  /** Bounds the way of a whole entry, which takes minutes for the largest; each step has a bound of its own. */
  readonly transferMs: number;
}

const USUAL_PATIENCE: Patience = { claimMs: 1_000, transferMs: 600_000 };

/** Calls of a store that may be out of reach, late or wrong: none throws, none lasts for ever. */
export class Attempts {
  /** `onFault` is told of each fault by a word. */
  constructor(
    private readonly onFault: (code: string) => void,
    private readonly patience = USUAL_PATIENCE,
  ) {}

  /** null when no claim was answered in time. One that is granted later is given up. */
  async claim(work: () => Promise<Claim>): Promise<Claim | null> {
    const claim = await this.within(this.patience.claimMs, work, (late) => {
      if (isClaim(late) && late.outcome === 'granted') void this.brief(() => late.lease.giveUp(null));
    });
    if (claim === 'failed') return null;
    return isClaim(claim) ? claim : this.wrong();
  }

  /** null when there is none, or none was answered in time. */
  async entry(work: () => Promise<Entry | null>): Promise<Entry | null> {
    const entry = await this.transfer(work);
    if (entry === 'failed' || entry === null) return null;
    return isEntry(entry) ? entry : this.wrong();
  }

  /** As `transfer`, for what carries no rows. */
  brief<T>(work: () => Promise<T>): Promise<T | 'failed'> {
    return this.within(this.patience.claimMs, work, () => undefined);
  }

  /** 'failed' when nothing was answered in time. */
  transfer<T>(work: () => Promise<T>): Promise<T | 'failed'> {
    return this.within(this.patience.transferMs, work, () => undefined);
  }

  now(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.report(error);
    }
  }

  private async within<T>(
    patienceMs: number,
    work: () => Promise<T>,
    onLate: (late: T) => void,
  ): Promise<T | 'failed'> {
    const answer = Promise.resolve().then(work);
    try {
      return await withinBound(patienceMs, answer);
    } catch (error) {
      // It may still be answered, unless it was this that failed.
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
