import type { FailureCause } from '@/model/diagnosis.js';
import type { ConnectionWatch } from './connection-watch.js';
import { networkFailure, type NetworkFailure } from './network-failure.js';
import { UpstreamError } from '../upstream-error.js';

/** How far a call came before it failed. */
export interface FailedExchange {
  readonly watch: ConnectionWatch;
  /** The status of the answer that was not read whole; null where none began. */
  readonly httpStatus: number | null;
  /** True where we gave it up: its time was over, or nobody waits for it any more. */
  readonly isAborted: boolean;
}

const GIVEN_UP: NetworkFailure = { reason: 'TIMEOUT', cause: 'TIMEOUT' };

/** The failure of a call that got no whole answer, from what was thrown. */
export function exchangeFailure(error: unknown, exchange: FailedExchange): UpstreamError {
  const { watch, httpStatus, isAborted } = exchange;
  if (error instanceof UpstreamError) {
    return new UpstreamError(error.reason, error.retryAfterMs, { ...error.diagnosis, httpStatus });
  }
  const { reason, cause } = isAborted ? GIVEN_UP : networkFailure(error);
  if (isOfProxy(cause, watch)) {
    const told = reason === 'TIMEOUT' ? reason : 'UNREACHABLE';
    return new UpstreamError(told, null, { cause: 'PROXY', httpStatus: watch.proxyStatus });
  }
  const known = httpStatus === null ? refined(cause, watch) : cause;
  return new UpstreamError(reason, null, { cause: known, httpStatus });
}

/** A server that does without our certificate no longer may simply end the connection. */
function refined(cause: FailureCause, watch: ConnectionWatch): FailureCause {
  if (cause === 'TIMEOUT' && watch.isConnecting) return 'CONNECT_TIMEOUT';
  const isEnded = cause === 'RESET' || cause === 'TLS_PROTOCOL';
  return isEnded && watch.demandsCertificate ? 'TLS_CLIENT_CERTIFICATE' : cause;
}

/** A proxy that does not open the tunnel in time may be waiting for the upstream itself. */
function isOfProxy(cause: FailureCause, watch: ConnectionWatch): boolean {
  if (watch.isReachingProxy) return cause !== 'LOCAL_LIMIT';
  return watch.isTunnelling && cause !== 'TIMEOUT';
}
