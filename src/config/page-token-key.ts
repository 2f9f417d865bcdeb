import { hkdfSync, randomBytes } from 'node:crypto';

const KEY_BYTES = 32;

/**
 * The 32-byte key of this process that signs page tokens: from `server.secret`, else random. A key that came from
 * anything else that is configured would let whoever has a token try out passwords on it.
 */
export function pageTokenKey(secret: string | null): Uint8Array {
  if (secret === null) return randomBytes(KEY_BYTES);
  return new Uint8Array(hkdfSync('sha256', secret, '', 'tributary page tokens v1', KEY_BYTES));
}
