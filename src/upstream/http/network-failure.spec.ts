import { describe, expect, it } from 'vitest';
import { networkFailure } from './network-failure.js';

const CERTIFICATE_REQUIRED =
  'write EPROTO 40D3:error:0A00045C:SSL routines:ssl3_read_bytes:reason:../rec.c:916:';

describe('networkFailure', () => {
  it.each([
    ['ECONNREFUSED', 'UNREACHABLE', 'REFUSED'],
    ['ECONNRESET', 'UNREACHABLE', 'RESET'],
    ['EPIPE', 'UNREACHABLE', 'RESET'],
    ['HPE_INVALID_EOF_STATE', 'UNREACHABLE', 'RESET'],
    ['ENOTFOUND', 'UNREACHABLE', 'DNS'],
    ['EAI_AGAIN', 'UNREACHABLE', 'DNS'],
    ['EHOSTUNREACH', 'UNREACHABLE', 'NO_ROUTE'],
    ['ENETUNREACH', 'UNREACHABLE', 'NO_ROUTE'],
    ['EMFILE', 'UNREACHABLE', 'LOCAL_LIMIT'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'UNREACHABLE', 'TLS_UNTRUSTED'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNREACHABLE', 'TLS_UNTRUSTED'],
    ['CERT_REVOKED', 'UNREACHABLE', 'TLS_UNTRUSTED'],
    ['CERT_HAS_EXPIRED', 'UNREACHABLE', 'TLS_EXPIRED'],
    ['CERT_NOT_YET_VALID', 'UNREACHABLE', 'TLS_NOT_YET_VALID'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'UNREACHABLE', 'TLS_NAME'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'UNREACHABLE', 'TLS_PROTOCOL'],
    ['EPROTO', 'UNREACHABLE', 'TLS_PROTOCOL'],
    ['ERR_PROXY_TUNNEL', 'UNREACHABLE', 'PROXY'],
    ['ERR_INVALID_CHAR', 'UNREACHABLE', 'UNSENDABLE'],
    ['ERR_BAD_RESPONSE', 'UNREACHABLE', 'NETWORK'],
    ['constructor', 'UNREACHABLE', 'NETWORK'],
    ['ETIMEDOUT', 'TIMEOUT', 'TIMEOUT'],
    ['ERR_CANCELED', 'TIMEOUT', 'TIMEOUT'],
    ['HPE_INVALID_CONSTANT', 'MALFORMED', 'NOT_HTTP'],
    ['HPE_HEADER_OVERFLOW', 'MALFORMED', 'TOO_LARGE'],
    ['Z_DATA_ERROR', 'MALFORMED', 'BAD_ENCODING'],
    ['ERR__ERROR_FORMAT_PADDING_1', 'MALFORMED', 'BAD_ENCODING'],
  ])('maps %s to %s, %s', (code, reason, cause) => {
    expect(networkFailure(Object.assign(new Error('text'), { code }))).toEqual({ reason, cause });
  });

  it('recognises the alert of a server that requires a client certificate, whatever its code', () => {
    const error = Object.assign(new Error(CERTIFICATE_REQUIRED), { code: 'EPROTO' });
    expect(networkFailure(error)).toEqual({ reason: 'UNREACHABLE', cause: 'TLS_CLIENT_CERTIFICATE' });
  });

  it('of several addresses uses the one that says more than that there is no IPv6', () => {
    const errors = [{ code: 'ENETUNREACH' }, { code: 'ECONNREFUSED' }];
    const error = { code: 'ENETUNREACH', cause: { code: 'ENETUNREACH', errors } };
    expect(networkFailure(error)).toEqual({ reason: 'UNREACHABLE', cause: 'REFUSED' });
  });

  it('maps anything else to UNREACHABLE, NETWORK', () => {
    expect(networkFailure('text')).toEqual({ reason: 'UNREACHABLE', cause: 'NETWORK' });
    expect(networkFailure(new TypeError('text'))).toEqual({ reason: 'UNREACHABLE', cause: 'NETWORK' });
  });
});
