import { stallTolerantTimeout } from '@/scheduling/stall-tolerant-timeout.js';
import { RedisUnavailable } from './redis-link.js';

/** The work's outcome, or TIMEOUT after `boundMs` (see `stallTolerantTimeout`). A later outcome is dropped. */
export function withinBound<T>(boundMs: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const callOff = stallTolerantTimeout(boundMs, () => {
      reject(new RedisUnavailable('TIMEOUT'));
    });
    void work.then(resolve, reject).finally(callOff);
  });
}
