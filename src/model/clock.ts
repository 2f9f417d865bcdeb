/** The two readings of time. Handed in, so that tests own the time. */
export interface Clock {
  /**
   * Wall time, epoch milliseconds: to be shown, or shared with other processes. It may be set forward or back at any
   * moment, so that no duration is to be made of two readings.
   */
  wallMs(): number;
  /**
   * Milliseconds since some moment, for durations. Never goes back, and means nothing to another process. It may
   * stand still while the machine is suspended (`CLOCK_MONOTONIC` of Linux does).
   */
  monotonicMs(): number;
}

/** One moment by both readings. */
export interface Moment {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/** Injection token of the clock. */
export const CLOCK = Symbol('CLOCK');

/** The clock of this process. */
export const SYSTEM_CLOCK: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

/** This moment. */
export function momentOf(clock: Clock): Moment {
  return { wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs() };
}

/**
 * How long ago that moment was, by the reading that says longer, never below zero: what was set back, or stood still,
 * makes nothing younger than it is.
 */
export function elapsedMs(clock: Clock, { wallMs, monotonicMs }: Moment): number {
  return Math.max(0, clock.wallMs() - wallMs, clock.monotonicMs() - monotonicMs);
}
