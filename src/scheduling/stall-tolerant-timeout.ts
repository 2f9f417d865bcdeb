/** Timers beyond this fire at once (Node.js documentation, `setTimeout`). */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A timer that is as late means that the event loop was stalled: work of the process never takes as long in one go. */
const STALL_MS = 500;
/** The longest extension after a stall. */
const LONGEST_EXTENSION_MS = 250;

/**
 * Calls `onEnd` after so many milliseconds, unless the function that this answers is called before. Pending I/O is processed
 * first, because timers fire before it is read. If the event loop was stalled when the time was over (the machine was
 * suspended, for example), the timeout is extended by as long as the stall, up to 250 ms, so that nobody else is taken for
 * slow.
 */
export function stallTolerantTimeout(limitMs: number, onEnd: () => void): () => void {
  const boundMs = Math.min(limitMs, LONGEST_TIMER_MS);
  const endMs = performance.now() + boundMs;
  let turn: NodeJS.Immediate | undefined;
  let timer = setTimeout(() => {
    const lateMs = performance.now() - endMs;
    if (lateMs < STALL_MS) turn = setImmediate(onEnd);
    else timer = setTimeout(onEnd, Math.min(lateMs, LONGEST_EXTENSION_MS));
  }, boundMs);
  return () => {
    clearTimeout(timer);
    clearImmediate(turn);
  };
}
