/** Timers beyond this fire at once (Node.js documentation, `setTimeout`). */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A timer as late as this tells that the process itself was held up: its own work never takes as long in one go. */
const HELD_UP_MS = 500;
/** The most that is added to a limit for it. */
const LONGEST_ADDITION_MS = 250;

/**
 * Calls `onEnd` once so many milliseconds have passed, unless it is called off by what this answers. What came in time
 * but waits to be read, as timers fire first, is read before. Where the process was held up over the end (its machine
 * was suspended, say) nobody else was slow: the limit is prolonged by as long, up to a quarter of a second.
 */
export function stallTolerantTimeout(limitMs: number, onEnd: () => void): () => void {
  const boundMs = Math.min(limitMs, LONGEST_TIMER_MS);
  const endMs = performance.now() + boundMs;
  let turn: NodeJS.Immediate | undefined;
  let timer = setTimeout(() => {
    const lateMs = performance.now() - endMs;
    if (lateMs < HELD_UP_MS) turn = setImmediate(onEnd);
    else timer = setTimeout(onEnd, Math.min(lateMs, LONGEST_ADDITION_MS));
  }, boundMs);
  return () => {
    clearTimeout(timer);
    clearImmediate(turn);
  };
}
