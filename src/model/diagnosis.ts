/**
 * What exactly was seen when something could not be had from an upstream; `FailureReason` says what it means for the
 * feed. The set is closed: our own words, whatever the upstream said.
 */
export const FAILURE_CAUSES = [
  'DNS',
  'REFUSED',
  'RESET',
  'NO_ROUTE',
  'NETWORK',
  'CONNECT_TIMEOUT',
  'TIMEOUT',
  'LOCAL_LIMIT',
  'TLS_UNTRUSTED',
  'TLS_EXPIRED',
  'TLS_NOT_YET_VALID',
  'TLS_NAME',
  'TLS_CLIENT_CERTIFICATE',
  'TLS_PROTOCOL',
  'PROXY',
  'HTTP_STATUS',
  'ERROR_IN_BODY',
  'NOT_ENABLED',
  'NOT_HTTP',
  'BAD_ENCODING',
  'NOT_JSON',
  'SHAPE',
  'TOO_LARGE',
  'CREDENTIAL_REFUSED',
  'THROTTLED',
  'UNSENDABLE',
  'INTERNAL',
] as const;
export type FailureCause = (typeof FAILURE_CAUSES)[number];

/** The call that failed: one for the feed or the list of feeds, or the log-in before it. */
export const FAILED_CALLS = ['READ', 'LOG_IN'] as const;
export type FailedCall = (typeof FAILED_CALLS)[number];

/** What an operator needs to find out why a call failed. It holds no text of the upstream, no host, no secret. */
export interface Diagnosis {
  readonly cause: FailureCause;
  readonly call: FailedCall;
  /** Of the upstream's answer, or of the proxy's where the cause is PROXY; null when there was none. */
  readonly httpStatus: number | null;
  /** The upstream's own error code and the id that it gave the request: `isToken`, or null. */
  readonly errorCode: string | null;
  readonly requestId: string | null;
}

/** A failed call of which nothing but its cause is known. */
export function diagnosisOf(cause: FailureCause, about: Partial<Diagnosis> = {}): Diagnosis {
  return { cause, call: 'READ', httpStatus: null, errorCode: null, requestId: null, ...about };
}

const TOKEN = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$/;

/** True for what may be shown of an upstream's own codes and ids: at most 64 letters, digits, and `_ . : -`. */
export function isToken(value: unknown): value is string {
  return typeof value === 'string' && TOKEN.test(value);
}

/** Reads a diagnosis that another replica has told; null for anything else, or a cause that is not known here. */
export function parseDiagnosis(value: unknown): Diagnosis | null {
  if (typeof value !== 'object' || value === null) return null;
  const told = value as Partial<Record<keyof Diagnosis, unknown>>;
  const cause = FAILURE_CAUSES.find((known) => known === told.cause);
  if (cause === undefined) return null;
  return {
    cause,
    call: FAILED_CALLS.find((known) => known === told.call) ?? 'READ',
    httpStatus: isHttpStatus(told.httpStatus) ? told.httpStatus : null,
    errorCode: isToken(told.errorCode) ? told.errorCode : null,
    requestId: isToken(told.requestId) ? told.requestId : null,
  };
}

function isHttpStatus(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 100 && (value as number) <= 999;
}
