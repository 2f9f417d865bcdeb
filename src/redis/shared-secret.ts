import { randomBytes } from 'node:crypto';
import type { RedisLink } from './redis-link.js';

const SECRET_BYTES = 32;

/** The secret that all replicas on one Redis share, made by the first of them. Throws RedisUnavailable. */
export async function sharedSecret(link: RedisLink): Promise<Uint8Array> {
  const key = `${link.prefix}:1:page-token-secret`;
  const secret = await link.run(async (redis) => {
    await redis.set(key, randomBytes(SECRET_BYTES).toString('base64url'), 'NX');
    return redis.get(key);
  });
  if (secret === null) throw new Error('the shared secret vanished while it was read');
  return Buffer.from(secret, 'base64url');
}
