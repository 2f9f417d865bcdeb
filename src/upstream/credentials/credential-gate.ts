import type { Clock } from '@/model/clock.js';
import type { Diagnosis } from '@/model/diagnosis.js';
import type { KnownCredential, SharedLockouts, LockoutEvent } from '@/model/shared-lockout.js';
import { throwIfAborted, untilAborted } from '../http/deadline.js';
import { UpstreamError } from '../upstream-error.js';
import { backoffAfterRefusals, type CredentialLockout } from './credential-lockout.js';
import { OtherReplicas } from './other-replicas.js';

/** A probe that takes longer than this no longer holds up the next one. */
const PROBE_TIMEOUT_MS = 300;

/** The call was not made, because its credential was refused before. */
class GateClosedError extends UpstreamError {
  /** `refusal` is what the upstream answered; absent when another place or replica was refused. */
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

/** A call that was let through: its ticket, when replicas share a Redis, and when it started. */
interface Passage {
  readonly ticket: string | null;
  readonly generation: number;
  readonly sinceMs: number;
}

/**
 * Stops calls with a refused credential before the upstream locks the account. A credential has one gate for each place
 * where it is used. Until a call has succeeded there, only a few calls go out, as probes. A refusal closes the gate for a
 * while; a success opens it. What other places or replicas were refused counts only until a call succeeds here. Only
 * probes ask the other replicas.
 */
export class CredentialGate {
  #proven = false;
  #refusals = 0;
  #closedUntilMs = Number.NEGATIVE_INFINITY;
  /** The last refusal here; undefined after a success. */
  #refusal: Diagnosis | undefined;
  /** Each refusal begins a new one. The success of a call from an earlier generation is ignored. */
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

  /** Throws UNAUTHORIZED while the gate is closed, with the time until it opens. */
  assertOpen(): void {
    const elsewhereMs = this.#proven
      ? Number.NEGATIVE_INFINITY
      : Math.max(this.#lockout.closedUntilMs, this.#others?.closedUntilMs ?? Number.NEGATIVE_INFINITY);
    const remainingMs = Math.max(this.#closedUntilMs, elsewhereMs) - this.#clock.monotonicMs();
    if (remainingMs > 0) throw new GateClosedError(remainingMs, this.#refusal);
  }

  /** Runs the work when the gate lets it through, and records the outcome. Throws TIMEOUT if aborted before. */
  async pass<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    for (;;) {
      throwIfAborted(signal);
      this.assertOpen();
      if (this.#proven) return this.#record(work, null);
      if (this.#mayProbe()) return this.#track(this.#probeWith(signal, work));
      await untilAborted(this.#probeEndsOrTimesOut(), signal);
    }
  }

  #mayProbe(): boolean {
    if (!this.#lockout.mayProbe()) return false;
    return this.#probe === null || this.#clock.monotonicMs() - this.#probe.sinceMs >= PROBE_TIMEOUT_MS;
  }

  /** Resolves when a probe has ended or has taken too long, so that another may start. */
  #probeEndsOrTimesOut(): Promise<unknown> {
    const timeout = new Promise((resolve) => setTimeout(resolve, PROBE_TIMEOUT_MS).unref());
    const probes = [this.#lockout.probeEnds(), this.#probe?.done].filter((probe) => probe !== undefined);
    return Promise.race([...probes, timeout]);
  }

  /** Holds up the next probe until this one has ended. */
  #track<T>(outcome: Promise<T>): Promise<T> {
    const probe = { done: outcome.then(ignore, ignore), sinceMs: this.#clock.monotonicMs() };
    this.#probe = probe;
    this.#lockout.addProbe(probe.done);
    void probe.done.then(() => {
      if (this.#probe === probe) this.#probe = null;
    });
    return outcome;
  }

  async #probeWith<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.#others === null) return this.#record(work, null);
    const ticket = await this.#others.enter(signal);
    try {
      throwIfAborted(signal);
      this.assertOpen();
      return await this.#record(work, ticket);
    } finally {
      if (ticket !== null) await this.#others.leave(ticket);
    }
  }

  async #record<T>(work: () => Promise<T>, ticket: string | null): Promise<T> {
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

  /** Resolves when the other replicas know of the success; null when they need not know. */
  #succeed(passage: Passage): Promise<void> | null {
    this.#proven = true;
    this.#open();
    this.#lockout.succeed();
    const mustReport = passage.ticket !== null || this.#lockout.isSuspected;
    return this.#others === null || !mustReport ? null : this.#reportSuccess(this.#others, passage);
  }

  async #reportSuccess(others: OtherReplicas, { ticket, sinceMs }: Passage): Promise<void> {
    this.#lockout.clearSuspicion();
    if (!(await others.proven(ticket, sinceMs))) this.#lockout.suspect();
  }

  async #fail({ ticket, generation, sinceMs }: Passage): Promise<void> {
    // Of calls that were refused together, only the first begins a generation and counts as a refusal.
    const isFirst = generation === this.#generation;
    this.#lockout.fail(isFirst);
    if (isFirst) {
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
  // Calls that wait for a probe look at the gate afterwards, not at the probe's result.
}
