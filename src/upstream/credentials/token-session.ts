import { elapsedMs, momentOf, type Clock, type Moment } from '@/model/clock.js';
import { untilAborted } from '../http/deadline.js';

/** A token fresh from a log-in. */
export interface IssuedToken {
  readonly value: string;
  readonly lifeMs: number;
}

/** The last stretch of a token's life in which it is renewed: a tenth of it, at most half an hour. */
const RENEWAL_SHARE = 0.1;
const LONGEST_RENEWAL_MS = 30 * 60_000;
/** After a failed renewal the old token serves on, and the next try waits. */
const RENEWAL_RETRY_MS = 10_000;

interface HeldToken {
  readonly value: string;
  readonly since: Moment;
  readonly lifeMs: number;
  /** How long after `since` it is renewed. */
  readonly renewAfterMs: number;
}

/** Holds one token and keeps it fresh. All callers share one log-in at a time. */
export class TokenSession {
  #held: HeldToken | null = null;
  #pending: Promise<string> | null = null;
  /** By the monotonic clock. */
  #nextRenewalMs = Number.NEGATIVE_INFINITY;

  constructor(
    /** Must end by itself: no caller's signal reaches it. */
    private readonly logIn: () => Promise<IssuedToken>,
    private readonly clock: Clock,
  ) {}

  /** A token that is valid now. Throws what the log-in throws, or TIMEOUT when the signal is aborted. */
  token(signal: AbortSignal): Promise<string> {
    const held = this.#held;
    const ageMs = held === null ? Infinity : elapsedMs(this.clock, held.since);
    if (held === null || ageMs >= held.lifeMs) return untilAborted(this.#renew(), signal);
    const mayRenew = this.clock.monotonicMs() >= this.#nextRenewalMs;
    if (ageMs >= held.renewAfterMs && mayRenew) this.#renewInBackground();
    return Promise.resolve(held.value);
  }

  /** Forgets a token that an upstream has refused; a newer one is kept. */
  discard(token: string): void {
    if (this.#held?.value === token) this.#held = null;
  }

  #renewInBackground(): void {
    this.#renew().catch(() => {
      this.#nextRenewalMs = this.clock.monotonicMs() + RENEWAL_RETRY_MS;
    });
  }

  #renew(): Promise<string> {
    this.#pending ??= this.#hold().finally(() => {
      this.#pending = null;
    });
    return this.#pending;
  }

  async #hold(): Promise<string> {
    // The life is counted from before the log-in: rather too short than too long.
    const since = momentOf(this.clock);
    const { value, lifeMs } = await this.logIn();
    const renewalMs = Math.min(lifeMs * RENEWAL_SHARE, LONGEST_RENEWAL_MS);
    this.#held = { value, since, lifeMs, renewAfterMs: lifeMs - renewalMs };
    return value;
  }
}
