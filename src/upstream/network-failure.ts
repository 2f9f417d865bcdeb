import type { FailureReason } from '@/model/failure.js';

/** Given up by us or by the kernel. */
const TIMEOUT_CODES = new Set(['ERR_CANCELED', 'ETIMEDOUT', 'ECONNABORTED', 'ESOCKETTIMEDOUT']);
/** What llhttp, zlib, brotli and zstd call bytes that they cannot read. */
const UNREADABLE_CODES = /^(HPE_|Z_|ERR__ERROR_|ERR_BROTLI|ERR_PADDING|ZSTD_)/;
/** The connection ended in the middle of an answer: nothing was wrong with the bytes so far. */
const CUT_CODE = 'HPE_INVALID_EOF_STATE';

/** The reason why no whole answer came, from what axios or Node threw. What is not known is UNREACHABLE. */
export function networkFailure(error: unknown): FailureReason {
  if (typeof error !== 'object' || error === null) return 'UNREACHABLE';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (TIMEOUT_CODES.has(code)) return 'TIMEOUT';
  return UNREADABLE_CODES.test(code) && code !== CUT_CODE ? 'MALFORMED' : 'UNREACHABLE';
}
