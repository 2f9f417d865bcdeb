import type { Clock } from '@/model/clock.js';
import { LONGEST_TIMER_MS } from '@/model/time-limit.js';

/** When a renewal is due, as parts of `freshFor`. */
const EARLIEST = 0.8;
const LATEST = 0.9;
/** The replica that read last goes first; the others step in this much later if it has not. */
const PRECEDENCE = 0.05;

/** A question may try again at once; by itself nothing is tried sooner. */
const SOONEST_RETRY_MS = 1_000;

export interface EarlyRenewalRules {
  readonly freshForMs: number;
  /** True: renewed whether or not anyone asks. */
  readonly keepWarm: boolean;
  readonly clock: Clock;
  readonly renew: () => void;
}

/** What the next renewal is planned from. */
export interface LastRead {
  /** How long ago it ended. */
  readonly ageMs: number;
  /** Makes the moment differ from feed to feed and read to read, and the same in all replicas. */
  readonly name: string;
  /** True when this process read it. */
  readonly isOwn: boolean;
}

/** Renews what is in use before it goes stale, so that nobody waits; leaves alone what nobody asks for. */
export class EarlyRenewal {
  #timer: NodeJS.Timeout | undefined;
  #lastUseMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly rules: EarlyRenewalRules) {}

  /** Notes that somebody asked. */
  use(): void {
    this.#lastUseMs = this.rules.clock.monotonicMs();
  }

  /** Plans the renewal after a read. */
  planAfter({ ageMs, name, isOwn }: LastRead): void {
    const { freshForMs } = this.rules;
    const share = EARLIEST + (LATEST - EARLIEST) * fractionOf(name) + (isOwn ? 0 : PRECEDENCE);
    this.plan(share * freshForMs - ageMs);
  }

  /** Plans the next try after a failure, so that what is in use comes back by itself. */
  planAfterFailure(pauseMs: number): void {
    this.plan(Math.max(pauseMs, SOONEST_RETRY_MS));
  }

  /** Renews at once what is in use. */
  renewNow(): void {
    this.plan(0);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  private plan(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        if (this.isInUse()) this.rules.renew();
      },
      Math.min(Math.max(0, delayMs), LONGEST_TIMER_MS),
    ).unref();
  }

  private isInUse(): boolean {
    return this.rules.keepWarm || this.rules.clock.monotonicMs() - this.#lastUseMs <= this.rules.freshForMs;
  }
}

/** Spreads texts evenly over 0 to 1 (FNV-1a). */
function fractionOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  // The last multiplication mixes the low bits only.
  return (Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0) / 2 ** 32;
}
