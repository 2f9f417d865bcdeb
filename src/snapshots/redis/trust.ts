const TROUBLES_TO_LOSE_IT = 3;
/** For so long a process keeps a name for itself before it tries Redis again. */
const ALONE_MS = 30_000;

interface Record {
  troubles: number;
  lastMs: number;
}

interface Wait {
  readonly held: number | null;
  readonly sinceMs: number;
}

/**
 * Whether what Redis holds under a name is worth asking for. Whoever may write there can remove leases, or put values
 * there that are not believed, as often as they like: after three troubles in a row this process reads the name for
 * itself for half a minute, so that nobody can silence a feed.
 */
export class Trust {
  readonly #records = new Map<string, Record>();
  readonly #waits = new Map<string, Wait>();

  /** `now` is monotonic, milliseconds. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  isLost(name: string): boolean {
    const record = this.#records.get(name);
    if (record === undefined || record.troubles < TROUBLES_TO_LOSE_IT) return false;
    return this.now() - record.lastMs < ALONE_MS;
  }

  /** Something was there that is not believed, or a lease was taken away. */
  trouble(name: string): void {
    const troubles = (this.#records.get(name)?.troubles ?? 0) + 1;
    this.#records.set(name, { troubles, lastMs: this.now() });
  }

  /** An entry was kept or had. */
  settle(name: string): void {
    this.#records.delete(name);
    this.#waits.delete(name);
  }

  /** For how long others have read the name, with nothing newer than what is held. */
  busyMs(name: string, held: number | null): number {
    const wait = this.#waits.get(name);
    if (wait?.held === held) return this.now() - wait.sinceMs;
    this.#waits.set(name, { held, sinceMs: this.now() });
    return 0;
  }

  /** Nobody reads the name. */
  idle(name: string): void {
    this.#waits.delete(name);
  }
}
