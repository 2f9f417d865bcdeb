import { RedisUnavailable } from './redis-link.js';

/** The work's outcome, or TIMEOUT after `boundMs`: nothing waits longer. A later outcome is dropped. */
export function withinBound<T>(boundMs: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      // Where this process itself was held up, answers wait to be read: they are, before this is called.
      setImmediate(() => {
        reject(new RedisUnavailable('TIMEOUT'));
      });
    }, boundMs);
    void work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
    });
  });
}
