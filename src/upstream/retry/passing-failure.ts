import { UpstreamError } from '../upstream-error.js';

/** Answers of a gateway or a server that may be well a moment later. */
const PASSING_STATUSES = new Set([429, 502, 503, 504]);

/** A call that went out and failed in a way that another try may mend. */
export class PassingFailure extends UpstreamError {}

/** The failure of a call that went out, as a PassingFailure where another try may mend it. */
export function passingOrLasting(failure: UpstreamError): UpstreamError {
  const { reason, retryAfterMs, diagnosis } = failure;
  return mayPass(failure) ? new PassingFailure(reason, retryAfterMs, diagnosis) : failure;
}

/** A hanging call is none: it has used its time. Nor is a proxy's 4xx: it refuses our login, or the host. */
function mayPass({ reason, status, diagnosis }: UpstreamError): boolean {
  const { cause, httpStatus } = diagnosis;
  if (cause === 'PROXY' && httpStatus !== null && httpStatus < 500) return false;
  if (reason === 'UNREACHABLE' || reason === 'THROTTLED') return true;
  return reason === 'UPSTREAM_ERROR' && status !== null && PASSING_STATUSES.has(status);
}
