const FAULTS_UNTIL_LOST = 3;
/** For so long a process reads a name by itself before it tries Redis again. */
const ALONE_MS = 30_000;

interface Record {
  faults: number;
  lastMs: number;
}

interface Wait {
  readonly held: number | null;
  readonly sinceMs: number;
}

/**
 * A circuit breaker for each name. Whoever can write to Redis can remove leases and forge values again and again. So after
 * three faults in a row this process reads the name by itself for half a minute, and nobody can silence a feed.
 */
export class Trust {
  readonly #records = new Map<string, Record>();
  readonly #waits = new Map<string, Wait>();

  /** `now` is monotonic, milliseconds. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  isLost(name: string): boolean {
    const record = this.#records.get(name);
    if (record === undefined || record.faults < FAULTS_UNTIL_LOST) return false;
    return this.now() - record.lastMs < ALONE_MS;
  }

  /** A value was invalid, or a lease was lost. */
  fail(name: string): void {
    const faults = (this.#records.get(name)?.faults ?? 0) + 1;
    this.#records.set(name, { faults, lastMs: this.now() });
  }

  /** An entry was stored or read. */
  succeed(name: string): void {
    this.#records.delete(name);
    this.#waits.delete(name);
  }

  /** How long others have been reading the name without an entry newer than the one held. */
  busyForMs(name: string, held: number | null): number {
    const wait = this.#waits.get(name);
    if (wait?.held === held) return this.now() - wait.sinceMs;
    this.#waits.set(name, { held, sinceMs: this.now() });
    return 0;
  }

  /** Nobody reads the name. */
  noteIdle(name: string): void {
    this.#waits.delete(name);
  }
}
