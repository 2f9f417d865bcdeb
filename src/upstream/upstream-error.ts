import { diagnosisOf, type Diagnosis, type FailureCause } from '@/model/diagnosis.js';
import type { Failure, FailureReason } from '@/model/failure.js';
import type { FailedRead } from '@/model/provider.js';

/** What every failed upstream call throws. It carries contract words only, never upstream text. */
export class UpstreamError extends Error implements Failure {
  override readonly name = 'UpstreamError';

  readonly diagnosis: Diagnosis;

  /** `about`: what is known of it beyond its reason; where its cause is not told, that is the usual one. */
  constructor(
    readonly reason: FailureReason,
    readonly retryAfterMs: number | null = null,
    about: Partial<Diagnosis> = {},
  ) {
    super(reason);
    const isStatus = (about.httpStatus ?? null) !== null;
    this.diagnosis = diagnosisOf(isStatus ? 'HTTP_STATUS' : USUAL_CAUSES[reason], about);
  }

  /** The HTTP status that the failure is read from; null where it is not read from the status. */
  get status(): number | null {
    const { cause, httpStatus } = this.diagnosis;
    return cause === 'HTTP_STATUS' ? httpStatus : null;
  }
}

/** The cause of a failure that no answer stands behind, or one that cannot be understood. */
const USUAL_CAUSES: Record<FailureReason, FailureCause> = {
  TIMEOUT: 'TIMEOUT',
  UNREACHABLE: 'NETWORK',
  THROTTLED: 'THROTTLED',
  UNAUTHORIZED: 'CREDENTIAL_REFUSED',
  FORBIDDEN: 'HTTP_STATUS',
  NOT_FOUND: 'UNSENDABLE',
  UPSTREAM_ERROR: 'INTERNAL',
  MALFORMED: 'SHAPE',
  CIRCUIT_OPEN: 'INTERNAL',
  LIMIT: 'TOO_LARGE',
};

/** The reason that an HTTP status stands for where the upstream gives it no other meaning; null for 2xx. */
export function reasonOfStatus(status: number): FailureReason | null {
  if (status >= 200 && status < 300) return null;
  if (status === 401) return 'UNAUTHORIZED';
  if (status === 403) return 'FORBIDDEN';
  if (status === 404) return 'NOT_FOUND';
  // Only proxies answer so (RFC 9110, section 15.5.8): the credentials of the source are not refused.
  if (status === 407) return 'UNREACHABLE';
  if (status === 429) return 'THROTTLED';
  return 'UPSTREAM_ERROR';
}

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
