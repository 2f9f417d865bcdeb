import { createHash } from 'node:crypto';
import type { Clock } from '../clock.js';
import { throwIfAborted, untilAborted } from '../deadline.js';
import { UpstreamError } from '../upstream-error.js';

/**
 * How long a credential rests after its first, second, third and any later refusal in a row: four tries in an
 * hour. Huawei's gateway locks an access key after five failures in a row (API Gateway FAQ), OCP a client
 * after ten (OCP system parameters).
 */
const PAUSES_MS = [2_000, 30_000, 20 * 60_000, 60 * 60_000];

/** The refusal of a call that was not made, because its credential was refused a moment ago. */
export class GateClosedError extends UpstreamError {
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
 * Keeps a refused credential from being hammered until it is locked. While nothing has proven the credential,
 * one call at a time is let through and the others wait for its outcome; a refusal closes the gate for a
 * while, a success opens it for all.
 */
export class CredentialGate {
  #proven = false;
  #refusals = 0;
  #closedUntilMs = 0;
  /** Raised by each refusal; the outcome of a call that set out in an earlier era says nothing new. */
  #era = 0;
  #probe: Promise<void> | null = null;

  constructor(private readonly clock: Clock) {}

  /** Throws UNAUTHORIZED, with the time that remains, while the gate is closed. */
  assertOpen(): void {
    const remainingMs = this.#closedUntilMs - this.clock();
    if (remainingMs > 0) throw new GateClosedError(remainingMs);
  }

  /** Runs work when the gate lets it through, and learns from its outcome. Throws TIMEOUT if aborted before. */
  async pass<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    for (;;) {
      throwIfAborted(signal);
      this.assertOpen();
      if (this.#proven) return this.#learnFrom(work);
      if (this.#probe === null) return this.#probeWith(work);
      await untilAborted(this.#probe, signal);
    }
  }

  #probeWith<T>(work: () => Promise<T>): Promise<T> {
    const outcome = this.#learnFrom(work).finally(() => {
      this.#probe = null;
    });
    this.#probe = outcome.then(ignore, ignore);
    return outcome;
  }

  async #learnFrom<T>(work: () => Promise<T>): Promise<T> {
    const era = this.#era;
    try {
      const result = await work();
      if (era === this.#era) this.#prove();
      return result;
    } catch (error) {
      if (era === this.#era && isRefusal(error)) this.#refuse();
      throw error;
    }
  }

  #prove(): void {
    this.#proven = true;
    this.#refusals = 0;
  }

  #refuse(): void {
    const pauseMs = PAUSES_MS[Math.min(this.#refusals, PAUSES_MS.length - 1)] ?? 0;
    this.#closedUntilMs = this.clock() + pauseMs;
    this.#refusals += 1;
    this.#proven = false;
    this.#era += 1;
  }
}

/** The gates of all credentials: one for each identity, shared by every source that uses it. */
export class CredentialGates {
  readonly #gates = new Map<string, CredentialGate>();

  constructor(private readonly clock: Clock) {}

  gateOf(identity: readonly string[]): CredentialGate {
    const key = createHash('sha256').update(JSON.stringify(identity)).digest('hex');
    const gate = this.#gates.get(key) ?? new CredentialGate(this.clock);
    this.#gates.set(key, gate);
    return gate;
  }
}

function ignore(): void {
  // Whoever waits for a probe looks at the gate, not at the probe's result.
}
