import { hkdfSync, randomBytes } from 'node:crypto';

const KEY_BYTES = 32;

/**
 * The 32-byte key with which this process signs page tokens: made from `server.secret`, else random. It is not made from
 * other configured secrets, because a page token would let its holder test guesses of them.
 */
export function pageTokenKey(secret: string | null): Uint8Array {
  if (secret === null) return randomBytes(KEY_BYTES);
  return new Uint8Array(hkdfSync('sha256', secret, '', 'tributary page tokens v1', KEY_BYTES));
}
