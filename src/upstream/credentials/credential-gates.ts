import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '@/model/clock.js';
import type { KnownCredential, SharedLockouts } from '@/model/shared-lockout.js';
import { CredentialGate } from './credential-gate.js';
import { CredentialLockout } from './credential-lockout.js';

/** Far more than there are in use; tokens that were rotated go first. */
const MOST_ACCOUNTS = 10_000;

interface KnownAccount {
  readonly secret: string;
  readonly lockout: CredentialLockout;
  readonly gates: Map<string, CredentialGate>;
}

/** Gives the gate of a credential at a place. The same account and place have the same gate. */
export interface Gates {
  gateOf(credential: KnownCredential, place: string): CredentialGate;
}

/** The gates of all credentials: one for each account and place. */
export class CredentialGates implements Gates {
  readonly #accounts = new LRUCache<string, KnownAccount>({ max: MOST_ACCOUNTS });

  constructor(
    private readonly clock: Clock,
    /** null: there is this process only. */
    private readonly shared: SharedLockouts | null,
  ) {}

  /** For a source whose configuration has changed: a new secret of an account is tried at once, whatever the old one met. */
  readonly ofChanged: Gates = {
    gateOf: (credential, place) => {
      const key = digest(credential.account);
      if (this.#accounts.get(key)?.secret !== digest(credential.secret)) this.#accounts.delete(key);
      return this.gateOf(credential, place);
    },
  };

  gateOf(credential: KnownCredential, place: string): CredentialGate {
    const { clock, shared } = this;
    const { lockout, gates } = this.#accountOf(credential);
    const gate = gates.get(place) ?? new CredentialGate({ credential, place, lockout, shared, clock });
    gates.set(place, gate);
    return gate;
  }

  #accountOf({ account, secret }: KnownCredential): KnownAccount {
    const key = digest(account);
    const known = this.#accounts.get(key) ?? {
      secret: digest(secret),
      lockout: new CredentialLockout(this.clock),
      gates: new Map<string, CredentialGate>(),
    };
    this.#accounts.set(key, known);
    return known;
  }
}

function digest(identity: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex');
}
