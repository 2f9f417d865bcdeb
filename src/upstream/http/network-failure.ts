import type { FailureCause } from '@/model/diagnosis.js';
import type { FailureReason } from '@/model/failure.js';
import { UpstreamError } from '../upstream-error.js';
import type { ConnectionWatch } from './connection-watch.js';

/** What is known of a call that got no whole answer. */
export interface NetworkFailure {
  readonly reason: FailureReason;
  readonly cause: FailureCause;
}

type Row = readonly [codes: string, cause: FailureCause, reason?: FailureReason];

/**
 * What the codes of Node and axios stand for; the reason is UNREACHABLE where none is given. Sources: errno(3) and
 * getaddrinfo(3) by libuv's names, with those of c-ares; `X509_V_ERR_` of OpenSSL (x509_vfy.h), which Node uses as
 * codes; the `ERR_` codes of Node's "Errors" page; llhttp's, zlib's, brotli's and zstd's.
 */
const TABLE: readonly Row[] = [
  [
    'ENOTFOUND EAI_.* ENODATA ESERVFAIL EREFUSED EBADNAME EBADRESP EFORMERR ENONAME ENOTIMP EDESTRUCTION',
    'DNS',
  ],
  ['ECONNREFUSED', 'REFUSED'],
  // The connection ended, also in the middle of an answer: nothing was wrong with the bytes so far.
  ['ECONNRESET EPIPE ENOTCONN ESHUTDOWN ERR_STREAM_PREMATURE_CLOSE HPE_INVALID_EOF_STATE', 'RESET'],
  ['EHOSTUNREACH ENETUNREACH EHOSTDOWN ENETDOWN ENONET EADDRNOTAVAIL EAFNOSUPPORT EACCES EPERM', 'NO_ROUTE'],
  ['EMFILE ENFILE ENOBUFS ENOMEM EAGAIN', 'LOCAL_LIMIT'],
  // Given up by us or by the kernel.
  ['ERR_CANCELED ETIMEDOUT ECONNABORTED ESOCKETTIMEDOUT ERR_SOCKET_CONNECTION_TIMEOUT', 'TIMEOUT', 'TIMEOUT'],
  ['CERT_HAS_EXPIRED', 'TLS_EXPIRED'],
  ['CERT_NOT_YET_VALID', 'TLS_NOT_YET_VALID'],
  ['ERR_TLS_CERT_ALTNAME_.* HOSTNAME_MISMATCH', 'TLS_NAME'],
  [
    'UNABLE_TO_.* DEPTH_ZERO_SELF_SIGNED_CERT SELF_SIGNED_CERT_IN_CHAIN CERT_.* CRL_.* ERROR_IN_C.* ' +
      'INVALID_CA INVALID_PURPOSE PATH_LENGTH_EXCEEDED',
    'TLS_UNTRUSTED',
  ],
  ['EPROTO ERR_SSL_.* ERR_TLS_.*', 'TLS_PROTOCOL'],
  ['ERR_PROXY_.*', 'PROXY'],
  ['HPE_HEADER_OVERFLOW', 'TOO_LARGE', 'MALFORMED'],
  ['HPE_.*', 'NOT_HTTP', 'MALFORMED'],
  ['Z_.* ERR__ERROR_.* ERR_BROTLI.* ERR_PADDING.* ERR_ZSTD.* ZSTD_.*', 'BAD_ENCODING', 'MALFORMED'],
  ['ERR_INVALID_CHAR ERR_INVALID_URL ERR_HTTP_INVALID_HEADER_VALUE ERR_UNESCAPED_CHARACTERS', 'UNSENDABLE'],
];

const RULES = TABLE.map(([codes, cause, reason = 'UNREACHABLE']) => ({
  pattern: new RegExp(`^(${codes.replaceAll(' ', '|')})$`),
  failure: { cause, reason },
}));

/** OpenSSL's numbers for alerts of the other side about our certificate: 1000 and the alert's own (RFC 8446, section 6). */
const CERTIFICATE_ALERTS: ReadonlySet<number> = new Set([1042, 1043, 1044, 1045, 1046, 1048, 1116]);

/** Why no whole answer came, from what axios or Node threw. What is not known is UNREACHABLE, NETWORK. */
export function networkFailure(error: unknown): NetworkFailure {
  const code = codeOf(error);
  if (CERTIFICATE_ALERTS.has(alertOf(error)))
    return { reason: 'UNREACHABLE', cause: 'TLS_CLIENT_CERTIFICATE' };
  return RULES.find(({ pattern }) => pattern.test(code))?.failure ?? UNKNOWN;
}

const UNKNOWN: NetworkFailure = { reason: 'UNREACHABLE', cause: 'NETWORK' };

/** Where a host has several addresses, that of the first whose failure says more than that this machine lacks IPv6. */
function codeOf(error: unknown): string {
  const { code, cause, errors } = fieldsOf(error);
  const attempts = Array.isArray(errors) ? errors : fieldsOf(cause).errors;
  const codes = Array.isArray(attempts) ? attempts.map((attempt) => fieldsOf(attempt).code) : [];
  const telling = codes.find((each) => typeof each === 'string' && !NO_SUCH_FAMILY.test(each)) ?? code;
  return typeof telling === 'string' ? telling : '';
}

const NO_SUCH_FAMILY = /^(ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL|EAFNOSUPPORT)$/;

/** The number by which OpenSSL tells an alert of the other side: in the low bits of its code; 0 for anything else. */
function alertOf(error: unknown): number {
  const { message } = fieldsOf(error);
  const code =
    typeof message === 'string' ? /error:([0-9A-F]{8}):SSL routines/.exec(message)?.[1] : undefined;
  return code === undefined ? 0 : Number.parseInt(code, 16) & REASON_BITS;
}

const REASON_BITS = 0x7fffff;

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

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
