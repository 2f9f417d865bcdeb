import type { Random } from '../fleet/random.js';

export interface IssuedToken {
  readonly token: string;
  /** null: scoped to the account, good for no project. */
  readonly projectId: string | null;
  readonly expiresMs: number;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-';

/** The tokens that IAM has issued. Several are valid at once, as at the real service. */
export class IssuedTokens {
  readonly #tokens = new Map<string, IssuedToken>();

  constructor(private readonly random: Random) {}

  issue(grant: { projectId: string | null; expiresMs: number; length: number }): IssuedToken {
    const token = `MII${Array.from({ length: grant.length - 3 }, () => this.#character()).join('')}`;
    const issued = { token, projectId: grant.projectId, expiresMs: grant.expiresMs };
    this.#tokens.set(token, issued);
    return issued;
  }

  /** The token as it was issued; null when unknown, expired or revoked. */
  find(token: string, nowMs: number): IssuedToken | null {
    const issued = this.#tokens.get(token);
    if (issued === undefined) return null;
    if (issued.expiresMs > nowMs) return issued;
    this.#tokens.delete(token);
    return null;
  }

  /** As when the user's password changes: every token becomes invalid before its time. */
  revokeAll(): void {
    this.#tokens.clear();
  }

  #character(): string {
    return ALPHABET.charAt(this.random.integer(0, ALPHABET.length - 1));
  }
}
