/** Timers beyond this fire at once (Node.js documentation, `setTimeout`). */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A timer that fires this late shows that the event loop was stalled: no work of the process blocks it for so long. */
const STALL_MS = 500;
/** The longest extension after a stall. */
const LONGEST_EXTENSION_MS = 250;

/**
 * Calls `onEnd` after `limitMs`. Returns the function that cancels the timeout. An answer that has arrived in time counts:
 * timers fire before the event loop reads from its sockets, so `onEnd` waits until it has. If the event loop was stalled
 * at that moment (the machine was suspended, for example), the timeout is extended by the length of the stall, up to
 * 250 ms. Otherwise a healthy upstream would be reported as slow.
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
