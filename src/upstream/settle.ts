import type { FailedRead } from '@/model/provider.js';
import { UpstreamError } from './upstream-error.js';

/**
 * Runs a provider's work so that a failed call becomes a failure of the read. A fault of our own is thrown on:
 * whoever runs reads logs it.
 */
export async function settle<T>(work: () => Promise<T>): Promise<T | FailedRead> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return { outcome: 'failed', failure: { reason: error.reason, retryAfterMs: error.retryAfterMs } };
  }
}
