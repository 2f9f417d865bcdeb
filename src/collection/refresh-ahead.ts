import type { Clock } from '@/model/clock.js';
import { fnv1a } from '@/model/hash.js';
import { LONGEST_TIMER_MS } from '@/scheduling/stall-tolerant-timeout.js';

/** A refresh is due between these parts of `freshFor`. */
const EARLIEST = 0.8;
const LATEST = 0.9;
/** The replica that read last goes first. The others follow this much later if it has not. */
const PRECEDENCE = 0.05;

/** The next try after a failure comes no sooner, unless a question asks for it. */
const MIN_RETRY_MS = 1_000;

export interface RefreshAheadOptions {
  readonly freshForMs: number;
  /** True: refreshed whether or not anyone asks. */
  readonly keepWarm: boolean;
  readonly clock: Clock;
  readonly refresh: () => void;
}

/** The read after which the next refresh is planned. */
export interface LastRead {
  /** How long ago it ended. */
  readonly ageMs: number;
  /** Spreads the refreshes over time: differs from feed to feed and read to read, and is the same in all replicas. */
  readonly name: string;
  /** True if this process read it. */
  readonly isOwn: boolean;
}

/** Refreshes values in use before they go stale, so that nobody waits. Values that nobody asks for are left alone. */
export class RefreshAhead {
  #timer: NodeJS.Timeout | undefined;
  #lastUseMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: RefreshAheadOptions) {}

  /** To be called when somebody asks for the value. */
  use(): void {
    this.#lastUseMs = this.options.clock.monotonicMs();
  }

  /** Plans the refresh after a read. */
  planAfter({ ageMs, name, isOwn }: LastRead): void {
    const { freshForMs } = this.options;
    const share = EARLIEST + (LATEST - EARLIEST) * fractionOf(name) + (isOwn ? 0 : PRECEDENCE);
    this.plan(share * freshForMs - ageMs);
  }

  /** Plans the next try after a failure, so that a value in use recovers by itself. */
  planAfterFailure(pauseMs: number): void {
    this.plan(Math.max(pauseMs, MIN_RETRY_MS));
  }

  /** Refreshes a value in use at once. */
  refreshNow(): void {
    this.plan(0);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  private plan(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        if (this.isInUse()) this.options.refresh();
      },
      Math.min(Math.max(0, delayMs), LONGEST_TIMER_MS),
    ).unref();
  }

  private isInUse(): boolean {
    const { keepWarm, clock, freshForMs } = this.options;
    return keepWarm || clock.monotonicMs() - this.#lastUseMs <= freshForMs;
  }
}

/** Spreads texts evenly over 0 to 1. */
function fractionOf(text: string): number {
  const hash = fnv1a(text);
  // The last multiplication mixes the low bits only.
  return (Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0) / 2 ** 32;
}
