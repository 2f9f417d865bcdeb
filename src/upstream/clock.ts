/** The present moment in epoch milliseconds, handed in wherever time matters. */
export type Clock = () => number;

/** Injects a `Clock`; `Date.now` where none is provided. */
export const CLOCK = Symbol('Clock');
