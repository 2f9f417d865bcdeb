import { createHash } from 'node:crypto';
import type { AuthConfig } from '@/config/config.js';
import type { Grant } from '@/model/scope.js';

/** The API key of a test with this id. */
export function keyOf(id: string): string {
  return `trib_${Buffer.from(id.padEnd(32, '.')).toString('base64url')}`;
}

/** What the configuration has of it. */
export function keyHash(id: string): string {
  return `sha256:${createHash('sha256').update(keyOf(id)).digest('hex')}`;
}

/** Access control with these keys, whose own texts `keyOf` gives. */
export function authWith(
  keys: readonly ({ readonly id: string } & Grant)[],
  rest: Partial<AuthConfig> = {},
): AuthConfig {
  const apiKeys = keys.map(({ id, ...grant }) => ({
    id,
    hash: keyHash(id),
    ...grant,
    rateLimit: null,
  }));
  return { apiKeys, oidc: [], anonymous: null, rateLimit: null, metrics: null, ...rest };
}
