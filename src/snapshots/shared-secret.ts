import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import type { RedisAddress } from '@/model/redis-address.js';

const KEY = 'tributary:v1:page-token-secret';
const SECRET_BYTES = 32;
/** A start must not hang on a Redis that does not answer. */
const PATIENCE_MS = 2_000;

/**
 * The secret that all replicas on one Redis share, made by the first of them. Rejects when Redis does not
 * answer within two seconds.
 */
export async function sharedSecret(address: RedisAddress): Promise<Uint8Array> {
  const redis = new Redis({
    ...address.nodes[0],
    lazyConnect: true,
    connectTimeout: PATIENCE_MS,
    commandTimeout: PATIENCE_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  // The rejection of the command says it all; without a listener ioredis would print the error as well.
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    await redis.set(KEY, randomBytes(SECRET_BYTES).toString('base64url'), 'NX');
    const secret = await redis.get(KEY);
    if (secret === null) throw new Error('the shared secret vanished while it was read');
    return Buffer.from(secret, 'base64url');
  } finally {
    redis.disconnect();
  }
}
