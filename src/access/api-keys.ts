import { createHash, timingSafeEqual } from 'node:crypto';
import type { AuthConfig } from '@/config/config.js';
import { Principal } from './principal.js';

interface KnownKey {
  readonly hash: Buffer;
  readonly principal: Principal;
}

/** The API keys that are configured, by their hashes. */
export class ApiKeys {
  readonly #known: readonly KnownKey[];

  constructor({ apiKeys, rateLimit }: AuthConfig, sourceIds: readonly string[]) {
    this.#known = apiKeys.map((key) => ({
      hash: Buffer.from(key.hash.replace('sha256:', ''), 'hex'),
      principal: new Principal(
        { kind: 'api-key', name: key.id, key: `key:${key.id}`, rateLimit: key.rateLimit ?? rateLimit },
        [key],
        sourceIds,
      ),
    }));
  }

  /** null where the key is not known. How long that takes tells nothing of the hashes: all of them are compared. */
  find(key: string): Principal | null {
    // Node.js gives each byte of a header as one character.
    const hash = createHash('sha256').update(key, 'latin1').digest();
    let found: Principal | null = null;
    for (const known of this.#known) {
      if (timingSafeEqual(hash, known.hash)) found = known.principal;
    }
    return found;
  }
}
