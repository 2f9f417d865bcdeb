import { describe, expect, it } from '@jest/globals';
import { networkFailure } from './network-failure.js';

describe('networkFailure', () => {
  it.each([
    ['ECONNREFUSED', 'UNREACHABLE'],
    ['ECONNRESET', 'UNREACHABLE'],
    ['ENOTFOUND', 'UNREACHABLE'],
    ['EAI_AGAIN', 'UNREACHABLE'],
    ['EHOSTUNREACH', 'UNREACHABLE'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'UNREACHABLE'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'UNREACHABLE'],
    ['ERR_BAD_RESPONSE', 'UNREACHABLE'],
    ['HPE_INVALID_EOF_STATE', 'UNREACHABLE'],
    ['ETIMEDOUT', 'TIMEOUT'],
    ['ERR_CANCELED', 'TIMEOUT'],
    ['HPE_INVALID_CONSTANT', 'MALFORMED'],
    ['Z_DATA_ERROR', 'MALFORMED'],
    ['ERR__ERROR_FORMAT_PADDING_1', 'MALFORMED'],
  ])('takes %s for %s', (code, reason) => {
    expect(networkFailure(Object.assign(new Error('text'), { code }))).toBe(reason);
  });

  it('takes anything else for UNREACHABLE', () => {
    expect(networkFailure('text')).toBe('UNREACHABLE');
    expect(networkFailure(new TypeError('text'))).toBe('UNREACHABLE');
  });
});
