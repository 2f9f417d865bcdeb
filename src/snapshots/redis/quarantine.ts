const FAULTS_TO_ENTER = 3;
/** A name stays in quarantine this long after its last fault. */
const QUARANTINE_MS = 30_000;

interface Faults {
  inARow: number;
  lastMs: number;
}

interface Wait {
  readonly held: number | null;
  readonly sinceMs: number;
}

/**
 * The names that this process reads for itself, without Redis. Whoever can write to Redis can remove leases, or put
 * values there that are rejected, as often as they like. So a name enters the quarantine after three faults in a row and
 * stays for half a minute: nobody can keep a feed from being read.
 */
export class Quarantine {
  readonly #faults = new Map<string, Faults>();
  readonly #waits = new Map<string, Wait>();

  /** `now` is monotonic, milliseconds. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  has(name: string): boolean {
    const faults = this.#faults.get(name);
    if (faults === undefined || faults.inARow < FAULTS_TO_ENTER) return false;
    return this.now() - faults.lastMs < QUARANTINE_MS;
  }

  /** A value of the name was rejected, or its lease was taken away. */
  countFault(name: string): void {
    const inARow = (this.#faults.get(name)?.inARow ?? 0) + 1;
    this.#faults.set(name, { inARow, lastMs: this.now() });
  }

  /** An entry of the name was kept or loaded. */
  clear(name: string): void {
    this.#faults.delete(name);
    this.#waits.delete(name);
  }

  /** How long other replicas have read the name, with nothing newer than what is held, milliseconds. */
  waitMs(name: string, held: number | null): number {
    const wait = this.#waits.get(name);
    if (wait?.held === held) return this.now() - wait.sinceMs;
    this.#waits.set(name, { held, sinceMs: this.now() });
    return 0;
  }

  /** No other replica reads the name. */
  endWait(name: string): void {
    this.#waits.delete(name);
  }
}
