import type { FailureCause } from '@/model/diagnosis.js';
import { stallTolerantTimeout, LONGEST_TIMER_MS } from '@/scheduling/stall-tolerant-timeout.js';
import { UpstreamError } from '../upstream-error.js';

/** Throws TIMEOUT when the signal is aborted. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new UpstreamError('TIMEOUT');
}

/** Waits for the promise, but no longer than the signal allows: its abort throws TIMEOUT, of the given cause. */
export function untilAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  cause: FailureCause = 'TIMEOUT',
): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(new UpstreamError('TIMEOUT', null, { cause }));
    };
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    void promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', abort);
    });
  });
}

/** Waits so many milliseconds. The signal's abort throws TIMEOUT, of the given cause. */
export function pause(waitMs: number, signal: AbortSignal, cause: FailureCause = 'TIMEOUT'): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(new UpstreamError('TIMEOUT', null, { cause }));
    };
    const end = (): void => {
      signal.removeEventListener('abort', abort);
      resolve();
    };
    const timer = setTimeout(end, Math.min(waitMs, LONGEST_TIMER_MS));
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
}

/** Runs work under a signal of its own that aborts with the given one, or after `timeoutMs` (see `stallTolerantTimeout`). */
export async function withDeadline<T>(
  signal: AbortSignal,
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const bounded = new AbortController();
  const abort = (): void => {
    bounded.abort();
  };
  const callOff = stallTolerantTimeout(timeoutMs, abort);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await work(bounded.signal);
  } finally {
    callOff();
    signal.removeEventListener('abort', abort);
  }
}
