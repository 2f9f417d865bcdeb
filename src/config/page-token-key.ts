import { hkdfSync } from 'node:crypto';
import type { Config } from './config.js';

/**
 * The 32-byte key that signs page tokens. It comes from `server.secret`; without one, from everything
 * configured (credentials included, so that nobody outside can compute it) but the address and the log.
 * Replicas that share a configuration thus accept each other's tokens, on whatever port each listens, and
 * tokens survive a restart; a changed configuration ends the walks that are under way.
 */
export function pageTokenKey(config: Config): Uint8Array {
  const { cache, windowMs, sources } = config;
  const material = config.server.secret ?? JSON.stringify({ cache, windowMs, sources });
  return new Uint8Array(hkdfSync('sha256', material, '', 'tributary page tokens v1', 32));
}
