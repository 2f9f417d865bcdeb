import { hash, timingSafeEqual } from 'node:crypto';
import type { AuthConfig } from '@/config/config.js';
import { Principal } from './principal.js';

interface KnownKey {
  readonly hash: Buffer;
  readonly principal: Principal;
}

/** The API keys that are configured, by their hashes. */
export class ApiKeys {
  readonly #known: ReadonlyMap<string, KnownKey>;

  constructor({ apiKeys, rateLimit }: AuthConfig, sourceIds: readonly string[]) {
    const known = apiKeys.map((key): [string, KnownKey] => {
      const digest = key.hash.replace('sha256:', '');
      const identity = { kind: 'api-key', name: key.id, key: `key:${key.id}` } as const;
      const rate = { rateLimit: key.rateLimit ?? rateLimit };
      return [
        digest,
        { hash: Buffer.from(digest), principal: new Principal({ ...identity, ...rate }, [key], sourceIds) },
      ];
    });
    this.#known = new Map(known);
  }

  /**
   * null where the key is not known. The look-up takes the same time however many characters of a key are right: what
   * is looked up is its hash, of which nobody can choose a part.
   */
  find(key: string): Principal | null {
    // Node.js gives each byte of a header as one character.
    const digest = hash('sha256', Buffer.from(key, 'latin1'), 'hex');
    const known = this.#known.get(digest);
    return known !== undefined && timingSafeEqual(Buffer.from(digest), known.hash) ? known.principal : null;
  }
}
