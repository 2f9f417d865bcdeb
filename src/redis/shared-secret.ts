import { randomBytes } from 'node:crypto';
import type { RedisLink } from './redis-link.js';

const SECRET_BYTES = 32;

/** The secret that all replicas on one Redis share, made by the first of them. */
export class SharedSecret {
  #value: Uint8Array | null = null;

  /** Agrees anew each time the link comes up: a Redis that was restarted empty has forgotten it. */
  constructor(private readonly link: RedisLink) {
    link.onUp(() => void this.agree());
  }

  /** null until Redis could be asked. */
  get value(): Uint8Array | null {
    return this.#value;
  }

  /** Proposes the one known here, or a new one, and takes what is there, unless that is no secret. Where Redis cannot be used it changes nothing. */
  async agree(): Promise<void> {
    const key = `${this.link.prefix}:1:page-token-secret`;
    const proposal = this.#value ?? randomBytes(SECRET_BYTES);
    try {
      this.#value = await this.link.run(async (redis) => {
        const written = Buffer.from(proposal).toString('base64url');
        await redis.set(key, written, 'NX');
        const found = Buffer.from((await redis.get(key)) ?? '', 'base64url');
        if (found.length === SECRET_BYTES) return found;
        await redis.set(key, written);
        return proposal;
      });
    } catch {
      // The link has counted it, and calls again when it is up.
    }
  }
}
