import { hash } from 'node:crypto';
import type { AuthConfig } from '@/config/config.js';
import { Principal } from './principal.js';

/** The API keys that are configured, by their hashes. */
export class ApiKeys {
  readonly #known: ReadonlyMap<string, Principal>;
  /** Keys that were found, by their texts: making a hash takes most of the time. No more than there are hashes. */
  readonly #seen = new Map<string, Principal>();

  constructor({ apiKeys, rateLimit }: AuthConfig, sourceIds: readonly string[]) {
    const known = apiKeys.map((key): [string, Principal] => {
      const identity = { kind: 'api-key', name: key.id, key: `key:${key.id}` } as const;
      const rate = { rateLimit: key.rateLimit ?? rateLimit };
      return [key.hash.replace('sha256:', ''), new Principal({ ...identity, ...rate }, [key], sourceIds)];
    });
    this.#known = new Map(known);
  }

  /**
   * null where the key is not known. The time that it takes says nothing of how much of a key is right: what is looked up
   * is its hash, of which nobody can choose a part; and a text that was found before is found by a hash that V8 makes with
   * a secret of the process, before it is compared.
   */
  find(key: string): Principal | null {
    const seen = this.#seen.get(key);
    if (seen !== undefined) return seen;
    // Node.js gives each byte of a header as one character.
    const principal = this.#known.get(hash('sha256', Buffer.from(key, 'latin1'), 'hex')) ?? null;
    if (principal !== null) this.#seen.set(key, principal);
    return principal;
  }
}
