/** A lease that is not renewed ends after this time. */
export const LEASE_MS = 3_000;
const RENEW_EVERY_MS = 1_000;

/** Renews a lease every second until it is stopped or lost. */
export class Heartbeat {
  readonly #lost = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #renewing = false;

  /** `renew` answers false when another holds the lease; it never throws. */
  constructor(private readonly renew: () => Promise<boolean>) {
    this.#timer = setInterval(() => void this.beat(), RENEW_EVERY_MS);
    this.#timer.unref();
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  lose(): void {
    this.stop();
    this.#lost.abort();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  private async beat(): Promise<void> {
    if (this.#renewing) return;
    this.#renewing = true;
    const isOurs = await this.renew();
    this.#renewing = false;
    if (!isOurs) this.lose();
  }
}
