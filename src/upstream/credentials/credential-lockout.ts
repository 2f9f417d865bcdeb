import type { Clock } from '@/model/clock.js';
import type { LockoutPolicy } from '@/model/shared-lockout.js';

const LONGEST_PAUSE_MS = 60 * 60_000;

/**
 * Huawei's gateway locks an access key after more than five failures in a row (API Gateway FAQ), OCP a client
 * after ten or twenty (OCP system parameters). The fifth is the last for an hour.
 */
export const LOCKOUT_POLICY: LockoutPolicy = {
  pausesMs: [2_000, 30_000, 20 * 60_000, LONGEST_PAUSE_MS],
  mostRefusals: 5,
  mostProbes: 4,
};

/** The pause after that many refusals in a row. Zero is a refusal of a call from before the last success. */
export function backoffAfterRefusals(refusals: number): number {
  return LOCKOUT_POLICY.pausesMs[Math.max(refusals, 1) - 1] ?? LONGEST_PAUSE_MS;
}

/** What is known of one credential, over all places it is used at. */
export class CredentialLockout {
  /** Refused calls since the last success anywhere, as the upstream counts them. */
  #refusedCalls = 0;
  /** The same, with calls that were refused together counted once. */
  #refusals = 0;
  #closedUntilMs = Number.NEGATIVE_INFINITY;
  #isSuspected = false;
  readonly #probes = new Set<Promise<void>>();

  constructor(private readonly clock: Clock) {}

  /** Until then, by the monotonic clock, no call goes out but where the credential is proven. */
  get closedUntilMs(): number {
    return this.#closedUntilMs;
  }

  /** True when a refusal is known, here or of another replica, that no success has refuted before the others. */
  get isSuspected(): boolean {
    return this.#isSuspected;
  }

  suspect(): void {
    this.#isSuspected = true;
  }

  clearSuspicion(): void {
    this.#isSuspected = false;
  }

  /** Several probes may be out at once while nothing was refused; after a refusal, one. */
  mayProbe(): boolean {
    return this.#probes.size < (this.#refusedCalls === 0 ? LOCKOUT_POLICY.mostProbes : 1);
  }

  addProbe(probe: Promise<void>): void {
    this.#probes.add(probe);
    void probe.then(() => this.#probes.delete(probe));
  }

  /** Resolves when one of the probes that are out has ended; undefined when none is. */
  probeEnds(): Promise<void> | undefined {
    return this.#probes.size === 0 ? undefined : Promise.race(this.#probes);
  }

  succeed(): void {
    this.#refusedCalls = 0;
    this.#refusals = 0;
    this.#closedUntilMs = Number.NEGATIVE_INFINITY;
  }

  fail(anew: boolean): void {
    this.#isSuspected = true;
    this.#refusedCalls += 1;
    if (anew) this.#refusals += 1;
    const exhausted = this.#refusedCalls >= LOCKOUT_POLICY.mostRefusals;
    const pauseMs = exhausted ? LONGEST_PAUSE_MS : backoffAfterRefusals(this.#refusals);
    this.#closedUntilMs = Math.max(this.#closedUntilMs, this.clock.monotonicMs() + pauseMs);
  }
}
