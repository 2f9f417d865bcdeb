import type { FailedRead } from '@/model/provider.js';
import { UpstreamError } from './upstream-error.js';

/**
 * Runs a provider's work so that a failed or aborted call becomes a failure of the read. A fault of our own is
 * thrown on: whoever runs reads logs it, and counts the read as failed.
 */
export async function settle<T>(work: () => Promise<T>): Promise<T | FailedRead> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UpstreamError) return failed(error);
    if (isAbort(error)) return failed(new UpstreamError('TIMEOUT'));
    throw error;
  }
}

function failed({ reason, retryAfterMs, diagnosis }: UpstreamError): FailedRead {
  return { outcome: 'failed', failure: { reason, retryAfterMs, diagnosis } };
}

/** By name: the DOMException of an abort may come from another realm, where it is no instance of our Error. */
function isAbort(error: unknown): boolean {
  const name = typeof error === 'object' && error !== null ? (error as { name?: unknown }).name : undefined;
  return name === 'AbortError' || name === 'TimeoutError';
}
