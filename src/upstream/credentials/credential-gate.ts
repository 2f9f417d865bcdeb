import { createHash } from 'node:crypto';
import type { Clock } from '@/model/clock.js';
import { throwIfAborted, untilAborted } from '../deadline.js';
import { UpstreamError } from '../upstream-error.js';
import { CredentialStanding, pauseAfterRefusals } from './credential-standing.js';

/** While nothing has proven a credential, a first call that is out for this long no longer holds up the next. */
const PATIENCE_MS = 300;

/** The refusal of a call that was not made, because its credential was refused a moment ago. */
class GateClosedError extends UpstreamError {
  constructor(remainingMs: number) {
    super('UNAUTHORIZED', remainingMs);
  }
}

/** True when an upstream has refused the credential itself. */
export function isRefusal(error: unknown): boolean {
  return (
    error instanceof UpstreamError && error.reason === 'UNAUTHORIZED' && !(error instanceof GateClosedError)
  );
}

/**
 * Keeps a refused credential from being hammered until it is locked: one gate for each place a credential is
 * used at. Until a call has succeeded there, only few go out, as probes; a refusal closes the gate for a
 * while, and a success opens it for all. Elsewhere the same credential may still be good: what another
 * place refuses only counts while nothing has proven the credential here.
 */
export class CredentialGate {
  #proven = false;
  #refusals = 0;
  #closedUntilMs = 0;
  /** Raised by each refusal; the outcome of a call that set out in an earlier era says nothing new. */
  #era = 0;
  #probe: { readonly done: Promise<void>; readonly sinceMs: number } | null = null;

  constructor(
    private readonly standing: CredentialStanding,
    private readonly clock: Clock,
  ) {}

  /** Throws UNAUTHORIZED, with the time that remains, while the gate is closed. */
  assertOpen(): void {
    const elsewhereMs = this.#proven ? 0 : this.standing.closedUntilMs;
    const remainingMs = Math.max(this.#closedUntilMs, elsewhereMs) - this.clock();
    if (remainingMs > 0) throw new GateClosedError(remainingMs);
  }

  /** Runs work when the gate lets it through, and learns from its outcome. Throws TIMEOUT if aborted before. */
  async pass<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    for (;;) {
      throwIfAborted(signal);
      this.assertOpen();
      if (this.#proven) return this.#learnFrom(work);
      if (this.#mayProbe()) return this.#probeWith(work);
      await untilAborted(this.#turn(), signal);
    }
  }

  #mayProbe(): boolean {
    if (!this.standing.mayProbe()) return false;
    const held = this.#probe !== null && this.clock() - this.#probe.sinceMs < PATIENCE_MS;
    return !held;
  }

  /** Resolves when it is worth asking again: a probe has ended, or the one here has been out for long. */
  #turn(): Promise<unknown> {
    const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS).unref());
    const probes = [this.standing.probeEnds(), this.#probe?.done].filter((probe) => probe !== undefined);
    return Promise.race([...probes, patience]);
  }

  #probeWith<T>(work: () => Promise<T>): Promise<T> {
    const outcome = this.#learnFrom(work);
    const probe = { done: outcome.then(ignore, ignore), sinceMs: this.clock() };
    this.#probe = probe;
    this.standing.addProbe(probe.done);
    void probe.done.then(() => {
      if (this.#probe === probe) this.#probe = null;
    });
    return outcome;
  }

  async #learnFrom<T>(work: () => Promise<T>): Promise<T> {
    const era = this.#era;
    try {
      const result = await work();
      if (era === this.#era) this.#prove();
      return result;
    } catch (error) {
      if (isRefusal(error)) this.#refuse(era === this.#era);
      throw error;
    }
  }

  #prove(): void {
    this.#proven = true;
    this.#refusals = 0;
    this.#closedUntilMs = 0;
    this.standing.prove();
  }

  /** `anew`: not one of several calls that were refused together. */
  #refuse(anew: boolean): void {
    this.standing.refuse(anew);
    if (!anew) return;
    this.#refusals += 1;
    this.#closedUntilMs = this.clock() + pauseAfterRefusals(this.#refusals);
    this.#proven = false;
    this.#era += 1;
  }
}

/** The gates of all credentials: one for each identity and each place it is used at. */
export class CredentialGates {
  readonly #standings = new Map<string, CredentialStanding>();
  readonly #gates = new Map<string, CredentialGate>();

  constructor(private readonly clock: Clock) {}

  /** The gate of a credential at a place; whoever names the same two shares it. */
  gateOf(identity: readonly string[], place: string): CredentialGate {
    const standing = memoise(this.#standings, digest(identity), () => new CredentialStanding(this.clock));
    const key = digest([...identity, '@', place]);
    return memoise(this.#gates, key, () => new CredentialGate(standing, this.clock));
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

function ignore(): void {
  // Whoever waits for a probe looks at the gate, not at the probe's result.
}
