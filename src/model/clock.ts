/** Epoch milliseconds now. Handed in, so that tests own the time. */
export type Clock = () => number;

/** Injection token of the clock. */
export const CLOCK = Symbol('CLOCK');
