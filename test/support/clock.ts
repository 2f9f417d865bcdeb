import type { Clock } from '@/model/clock.js';

/** A clock of which both readings go by one function. */
export function clockOf(nowMs: () => number): Clock {
  return { wallMs: nowMs, monotonicMs: nowMs };
}

/** A clock that is set by hand: time passes for both readings, and the wall clock alone can be stepped. */
export class SteppedClock implements Clock {
  #steppedMs = 0;

  constructor(public nowMs: number) {}

  wallMs(): number {
    return this.nowMs + this.#steppedMs;
  }

  monotonicMs(): number {
    return this.nowMs;
  }

  pass(ms: number): void {
    this.nowMs += ms;
  }

  /** Sets the wall clock forward, or back. */
  step(ms: number): void {
    this.#steppedMs += ms;
  }
}
