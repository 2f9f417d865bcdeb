import type { Failure, FailureReason } from '@/model/failure.js';

/** What every failed upstream call throws. It carries contract words only, never upstream text. */
export class UpstreamError extends Error implements Failure {
  override readonly name = 'UpstreamError';

  constructor(
    readonly reason: FailureReason,
    readonly retryAfterMs: number | null = null,
    /** The HTTP status of the answer; null when there was none. */
    readonly status: number | null = null,
  ) {
    super(reason);
  }
}

/** The reason that an HTTP status stands for where the upstream gives it no other meaning; null for 2xx. */
export function reasonOfStatus(status: number): FailureReason | null {
  if (status >= 200 && status < 300) return null;
  if (status === 401) return 'UNAUTHORIZED';
  if (status === 403) return 'FORBIDDEN';
  if (status === 404) return 'NOT_FOUND';
  if (status === 429) return 'THROTTLED';
  return 'UPSTREAM_ERROR';
}
