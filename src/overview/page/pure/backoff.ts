/** How often the page asks while all is well. */
export const USUAL_INTERVAL_MS = 15_000;
const LONGEST_INTERVAL_MS = 300_000;

/** How the last calls went. */
export interface Calls {
  /** Rounds in a row in which a call had no answer, or one that says to ask later. */
  readonly failures: number;
  /** The longest `Retry-After` of the last round; null without one. */
  readonly retryAfterMs: number | null;
  /** Rounds in a row after which the gateway was still reading something for the first time. */
  readonly settling: number;
}

/**
 * How long to wait before the next round: twice as long after each failure, and at least as long as was asked for. Where
 * something is being read for the first time, it is 2 s, 4 s and so on.
 */
export function nextRoundMs({ failures, retryAfterMs, settling }: Calls): number {
  const doubled = USUAL_INTERVAL_MS * 2 ** Math.min(failures, 10);
  const soon = settling === 0 ? Infinity : 1_000 * 2 ** settling;
  return Math.max(Math.min(doubled, soon, LONGEST_INTERVAL_MS), retryAfterMs ?? 0);
}

/** A `Retry-After` header in milliseconds, from either of its forms; null without a usable one. */
export function retryAfterMs(header: string | null, nowMs: number): number | null {
  if (header === null || header.trim() === '') return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const timeMs = Date.parse(header);
  return Number.isNaN(timeMs) ? null : Math.max(0, timeMs - nowMs);
}
