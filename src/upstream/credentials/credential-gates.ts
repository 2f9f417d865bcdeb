import { createHash } from 'node:crypto';
import type { Clock } from '@/model/clock.js';
import type { KnownCredential, SharedLockouts } from '@/model/shared-lockout.js';
import { CredentialGate } from './credential-gate.js';
import { CredentialLockout } from './credential-lockout.js';

/** The gates of all credentials: one for each account and place. */
export class CredentialGates {
  readonly #lockouts = new Map<string, CredentialLockout>();
  readonly #gates = new Map<string, CredentialGate>();

  constructor(
    private readonly clock: Clock,
    /** null: there is this process only. */
    private readonly shared: SharedLockouts | null,
  ) {}

  /** The gate of a credential at a place. The same account and place have the same gate. */
  gateOf(credential: KnownCredential, place: string): CredentialGate {
    const { clock, shared } = this;
    const { account } = credential;
    const lockout = memoise(this.#lockouts, digest(account), () => new CredentialLockout(clock));
    return memoise(
      this.#gates,
      digest([...account, '@', place]),
      () => new CredentialGate({ credential, place, lockout, shared, clock }),
    );
  }
}

function memoise<T>(known: Map<string, T>, key: string, make: () => T): T {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

function digest(identity: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex');
}
