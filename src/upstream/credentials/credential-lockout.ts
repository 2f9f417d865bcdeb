import type { Clock } from '@/model/clock.js';
import type { LockoutPolicy } from '@/model/shared-lockout.js';

const LONGEST_PAUSE_MS = 60 * 60_000;

/**
 * Huawei's gateway locks an access key after more than five failures in a row (API Gateway FAQ), OCP a client
 * after ten or twenty (OCP system parameters). So after five refusals there is no call for an hour.
 */
export const LOCKOUT_POLICY: LockoutPolicy = {
  pausesMs: [2_000, 30_000, 20 * 60_000, LONGEST_PAUSE_MS],
  mostRefusals: 5,
  mostProbes: 4,
};

/** The pause after so many refusals in a row. It is zero refusals when a call from before the last success was refused. */
export function backoffAfterRefusals(refusals: number): number {
  return LOCKOUT_POLICY.pausesMs[Math.max(refusals, 1) - 1] ?? LONGEST_PAUSE_MS;
}

/** The refusals of one credential over all places where it is used. */
export class CredentialLockout {
  /** Refused calls since the last success, as the upstream counts them. */
  #refusedCalls = 0;
  /** The same, but calls that were refused together count once. */
  #refusals = 0;
  #closedUntilMs = Number.NEGATIVE_INFINITY;
  #isSuspected = false;
  readonly #probes = new Set<Promise<void>>();

  constructor(private readonly clock: Clock) {}

  /** Until then (monotonic clock) calls go out only where the credential has succeeded. */
  get closedUntilMs(): number {
    return this.#closedUntilMs;
  }

  /** True from a refusal, here or at another replica, until all replicas know of a success. */
  get isSuspected(): boolean {
    return this.#isSuspected;
  }

  suspect(): void {
    this.#isSuspected = true;
  }

  clearSuspicion(): void {
    this.#isSuspected = false;
  }

  /** Several probes may be in flight before a refusal; after one, a single probe. */
  mayProbe(): boolean {
    return this.#probes.size < (this.#refusedCalls === 0 ? LOCKOUT_POLICY.mostProbes : 1);
  }

  addProbe(probe: Promise<void>): void {
    this.#probes.add(probe);
    void probe.then(() => this.#probes.delete(probe));
  }

  /** Resolves when a probe in flight has ended; undefined when there is none. */
  probeEnds(): Promise<void> | undefined {
    return this.#probes.size === 0 ? undefined : Promise.race(this.#probes);
  }

  succeed(): void {
    this.#refusedCalls = 0;
    this.#refusals = 0;
    this.#closedUntilMs = Number.NEGATIVE_INFINITY;
  }

  /** `isFirst`: false when it was refused together with a call that is counted already. */
  fail(isFirst: boolean): void {
    this.#isSuspected = true;
    this.#refusedCalls += 1;
    if (isFirst) this.#refusals += 1;
    const exhausted = this.#refusedCalls >= LOCKOUT_POLICY.mostRefusals;
    const pauseMs = exhausted ? LONGEST_PAUSE_MS : backoffAfterRefusals(this.#refusals);
    this.#closedUntilMs = Math.max(this.#closedUntilMs, this.clock.monotonicMs() + pauseMs);
  }
}
