import type { FailedRead } from '@/model/provider.js';
import { rawObject } from './raw.js';
import { UpstreamError } from './upstream-error.js';

/** Runs a provider's work so that nothing is thrown across the provider port: what goes wrong becomes a failure. */
export async function settle<T>(work: () => Promise<T>): Promise<T | FailedRead> {
  try {
    return await work();
  } catch (error) {
    return { outcome: 'failed', failure: failureFrom(error) };
  }
}

function failureFrom(error: unknown): FailedRead['failure'] {
  if (error instanceof UpstreamError) return { reason: error.reason, retryAfterMs: error.retryAfterMs };
  // By name: the DOMException of an abort may come from another realm, where it is no instance of our Error.
  const name = rawObject(error) === null ? undefined : (error as { name?: unknown }).name;
  const aborted = name === 'AbortError' || name === 'TimeoutError';
  // Whatever else breaks while an answer is read is an answer nobody foresaw.
  return { reason: aborted ? 'TIMEOUT' : 'MALFORMED', retryAfterMs: null };
}
