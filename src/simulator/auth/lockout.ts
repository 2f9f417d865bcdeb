/** Shuts somebody out for a while after too many failures in a row. */
export class Lockout {
  readonly #failures = new Map<string, { count: number; lockedUntilMs: number }>();

  /** `failures` in a row lock for `lockMs`. */
  constructor(private readonly limits: { readonly failures: number; readonly lockMs: number }) {}

  isLocked(who: string, nowMs: number): boolean {
    return (this.#failures.get(who)?.lockedUntilMs ?? 0) > nowMs;
  }

  recordFailure(who: string, nowMs: number): void {
    const count = (this.#failures.get(who)?.count ?? 0) + 1;
    const locks = count >= this.limits.failures;
    this.#failures.set(who, {
      count: locks ? 0 : count,
      lockedUntilMs: locks ? nowMs + this.limits.lockMs : 0,
    });
  }

  recordSuccess(who: string): void {
    this.#failures.delete(who);
  }
}
