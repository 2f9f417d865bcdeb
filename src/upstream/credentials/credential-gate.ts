import type { Clock } from '@/model/clock.js';
import type { Diagnosis } from '@/model/diagnosis.js';
import type { KnownCredential, SharedLockouts, LockoutEvent } from '@/model/shared-lockout.js';
import { throwIfAborted, untilAborted } from '../http/deadline.js';
import { UpstreamError } from '../upstream-error.js';
import { backoffAfterRefusals, type CredentialLockout } from './credential-lockout.js';
import { OtherReplicas } from './other-replicas.js';

/** While nothing has proven a credential, a first call that is out for this long no longer holds up the next. */
const PROBE_TIMEOUT_MS = 300;

/** The refusal of a call that was not made, because its credential was refused a moment ago. */
class GateClosedError extends UpstreamError {
  /** `refusal`: how it was refused; absent where that was not here. */
  constructor(remainingMs: number, refusal?: Diagnosis) {
    super('UNAUTHORIZED', remainingMs, refusal);
  }
}

/** True when an upstream has refused the credential itself. */
export function isRefusal(error: unknown): error is UpstreamError {
  return (
    error instanceof UpstreamError && error.reason === 'UNAUTHORIZED' && !(error instanceof GateClosedError)
  );
}

export interface CredentialGateOptions {
  readonly credential: KnownCredential;
  readonly place: string;
  readonly lockout: CredentialLockout;
  /** null: there is this process only. */
  readonly shared: SharedLockouts | null;
  readonly clock: Clock;
}

/** A call that was let through: its ticket among all replicas, if it has one, and when it began. */
interface Passage {
  readonly ticket: string | null;
  readonly generation: number;
  readonly sinceMs: number;
}

/**
 * Keeps a refused credential from being hammered until it is locked: one gate for each place a credential is
 * used at. Until a call has succeeded there, only few go out, as probes; a refusal closes the gate for a
 * while, and a success opens it for all. Elsewhere the same credential may still be good: what another
 * place refuses only counts while nothing has proven the credential here. The gates of all replicas hold
 * together as long as the others can be asked, which only a first call does.
 */
export class CredentialGate {
  #proven = false;
  #refusals = 0;
  #closedUntilMs = Number.NEGATIVE_INFINITY;
  /** The last refusal here; undefined where a call has succeeded since. */
  #refusal: Diagnosis | undefined;
  /** Raised by each refusal. The outcome of a call that began in an earlier generation is ignored. */
  #generation = 0;
  #probe: { readonly done: Promise<void>; readonly sinceMs: number } | null = null;

  readonly #lockout: CredentialLockout;
  readonly #others: OtherReplicas | null;
  readonly #clock: Clock;

  constructor({ credential, place, lockout, shared, clock }: CredentialGateOptions) {
    this.#lockout = lockout;
    this.#clock = clock;
    const listen = this.#onLockoutEvent.bind(this);
    this.#others =
      shared === null ? null : new OtherReplicas({ lockouts: shared, credential, place, clock, listen });
  }

  /** Throws UNAUTHORIZED, with the time that remains, while the gate is closed. */
  assertOpen(): void {
    const elsewhereMs = this.#proven
      ? Number.NEGATIVE_INFINITY
      : Math.max(this.#lockout.closedUntilMs, this.#others?.closedUntilMs ?? Number.NEGATIVE_INFINITY);
    const remainingMs = Math.max(this.#closedUntilMs, elsewhereMs) - this.#clock.monotonicMs();
    if (remainingMs > 0) throw new GateClosedError(remainingMs, this.#refusal);
  }

  /** Runs work when the gate lets it through, and learns from its outcome. Throws TIMEOUT if aborted before. */
  async pass<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    for (;;) {
      throwIfAborted(signal);
      this.assertOpen();
      if (this.#proven) return this.#learnFrom(work, null);
      if (this.#mayProbe()) return this.#hold(this.#firstCall(signal, work));
      await untilAborted(this.#turn(), signal);
    }
  }

  #mayProbe(): boolean {
    if (!this.#lockout.mayProbe()) return false;
    const held = this.#probe !== null && this.#clock.monotonicMs() - this.#probe.sinceMs < PROBE_TIMEOUT_MS;
    return !held;
  }

  /** Resolves when it is worth asking again: a probe has ended, or the one here has been out for long. */
  #turn(): Promise<unknown> {
    const timeout = new Promise((resolve) => setTimeout(resolve, PROBE_TIMEOUT_MS).unref());
    const probes = [this.#lockout.probeEnds(), this.#probe?.done].filter((probe) => probe !== undefined);
    return Promise.race([...probes, timeout]);
  }

  /** Holds up the next first call until this one has ended. */
  #hold<T>(outcome: Promise<T>): Promise<T> {
    const probe = { done: outcome.then(ignore, ignore), sinceMs: this.#clock.monotonicMs() };
    this.#probe = probe;
    this.#lockout.addProbe(probe.done);
    void probe.done.then(() => {
      if (this.#probe === probe) this.#probe = null;
    });
    return outcome;
  }

  async #firstCall<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.#others === null) return this.#learnFrom(work, null);
    const ticket = await this.#others.enter(signal);
    try {
      throwIfAborted(signal);
      this.assertOpen();
      return await this.#learnFrom(work, ticket);
    } finally {
      if (ticket !== null) await this.#others.leave(ticket);
    }
  }

  async #learnFrom<T>(work: () => Promise<T>, ticket: string | null): Promise<T> {
    const passage = { ticket, generation: this.#generation, sinceMs: this.#clock.monotonicMs() };
    try {
      const result = await work();
      const proof = passage.generation === this.#generation ? this.#succeed(passage) : null;
      if (proof !== null) await proof;
      return result;
    } catch (error) {
      if (isRefusal(error)) {
        this.#refusal = error.diagnosis;
        await this.#fail(passage);
      }
      throw error;
    }
  }

  /** Resolves when the other replicas know of it; null if they need not know. */
  #succeed(passage: Passage): Promise<void> | null {
    this.#proven = true;
    this.#open();
    this.#lockout.succeed();
    const isNews = passage.ticket !== null || this.#lockout.isSuspected;
    return this.#others === null || !isNews ? null : this.#reportSuccess(this.#others, passage);
  }

  async #reportSuccess(others: OtherReplicas, { ticket, sinceMs }: Passage): Promise<void> {
    this.#lockout.clearSuspicion();
    if (!(await others.proven(ticket, sinceMs))) this.#lockout.suspect();
  }

  async #fail({ ticket, generation, sinceMs }: Passage): Promise<void> {
    // Otherwise it is one of several calls that were refused together.
    const anew = generation === this.#generation;
    this.#lockout.fail(anew);
    if (anew) {
      this.#refusals += 1;
      this.#closedUntilMs = this.#clock.monotonicMs() + backoffAfterRefusals(this.#refusals);
      this.#beginGeneration();
    }
    await this.#others?.refused(ticket, sinceMs);
  }

  #onLockoutEvent({ outcome, here }: LockoutEvent): void {
    if (outcome === 'refused') {
      this.#lockout.suspect();
      if (here) this.#beginGeneration();
      return;
    }
    this.#lockout.succeed();
    this.#lockout.clearSuspicion();
    if (here) this.#open();
  }

  #open(): void {
    this.#refusal = undefined;
    this.#refusals = 0;
    this.#closedUntilMs = Number.NEGATIVE_INFINITY;
  }

  #beginGeneration(): void {
    this.#proven = false;
    this.#generation += 1;
  }
}

function ignore(): void {
  // Whoever waits for a probe looks at the gate, not at the probe's result.
}
