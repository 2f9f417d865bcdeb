import { hash } from 'node:crypto';
import type { AuthConfig } from '@/config/config.js';
import { Principal } from './principal.js';

/** The API keys that are configured, by their hashes. */
export class ApiKeys {
  readonly #known: ReadonlyMap<string, Principal>;

  constructor({ apiKeys, rateLimit }: AuthConfig, sourceIds: readonly string[]) {
    const known = apiKeys.map((key): [string, Principal] => {
      const identity = { kind: 'api-key', name: key.id, key: `key:${key.id}` } as const;
      const rate = { rateLimit: key.rateLimit ?? rateLimit };
      return [key.hash.replace('sha256:', ''), new Principal({ ...identity, ...rate }, [key], sourceIds)];
    });
    this.#known = new Map(known);
  }

  /**
   * null where the key is not known. The look-up takes the same time however many characters of a key are right: what
   * is looked up is its hash, of which nobody can choose a part.
   */
  find(key: string): Principal | null {
    // Node.js gives each byte of a header as one character.
    return this.#known.get(hash('sha256', Buffer.from(key, 'latin1'), 'hex')) ?? null;
  }
}
