import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '@/model/clock.js';
import type { KnownCredential, SharedLockout, SharedLockouts, LockoutEvent } from '@/model/shared-lockout.js';
import { throwIfAborted, untilAborted } from '../http/deadline.js';

/** While another replica probes, Redis is asked at these intervals, give or take half: the first and the longest. */
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 200;
/** After this time a pause is asked for again, in case the event of its early end was lost. */
const TRUST_MS = 60_000;

export interface OtherReplicasOptions {
  readonly lockouts: SharedLockouts;
  readonly credential: KnownCredential;
  readonly place: string;
  readonly clock: Clock;
  readonly listen: (event: LockoutEvent) => void;
}

/** What the other replicas allow for one credential at one place, and what is reported to them. */
export class OtherReplicas {
  readonly #shared: SharedLockout;
  readonly #clock: Clock;
  #closedUntilMs = Number.NEGATIVE_INFINITY;
  #trustedUntilMs = Number.NEGATIVE_INFINITY;

  constructor({ lockouts, credential, place, clock, listen }: OtherReplicasOptions) {
    this.#clock = clock;
    this.#shared = lockouts.of(credential, place, (event) => {
      this.#trustedUntilMs = Number.NEGATIVE_INFINITY;
      listen(event);
    });
  }

  /** Until then no probe may start, as far as it is known here (monotonic clock). */
  get closedUntilMs(): number {
    return this.#clock.monotonicMs() < this.#trustedUntilMs ? this.#closedUntilMs : Number.NEGATIVE_INFINITY;
  }

  /**
   * Waits until a probe may start, and returns its ticket. null while the others are out of reach (then this process
   * decides alone), and when a pause has set `closedUntilMs`. Throws TIMEOUT when the signal is aborted.
   */
  async enter(signal: AbortSignal): Promise<string | null> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      throwIfAborted(signal);
      const entrance = await this.#shared.enter();
      if (entrance?.answer === 'enter') return entrance.ticket;
      if (entrance?.answer === 'backoff') this.#closeFor(entrance.forMs);
      if (entrance?.answer !== 'wait') return null;
      await untilAborted(pause(pauseMs * (0.5 + Math.random())), signal);
    }
  }

  leave(ticket: string): Promise<void> {
    return this.#shared.leave(ticket);
  }

  /** Reports the refusal of a call that started at `sinceMs`. */
  refused(ticket: string | null, sinceMs: number): Promise<void> {
    return this.#shared.refused({ ticket, ageMs: this.#clock.monotonicMs() - sinceMs });
  }

  /** Reports a success; false if the others are out of reach. */
  proven(ticket: string | null, sinceMs: number): Promise<boolean> {
    return this.#shared.proven({ ticket, ageMs: this.#clock.monotonicMs() - sinceMs });
  }

  #closeFor(ms: number): void {
    const nowMs = this.#clock.monotonicMs();
    this.#closedUntilMs = nowMs + ms;
    this.#trustedUntilMs = nowMs + TRUST_MS;
  }
}
