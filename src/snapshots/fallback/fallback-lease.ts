import type { Attempts } from './attempts.js';
import { arrangeRows } from '../content/arrange-rows.js';
import type { Backoff, Content, Entry, Lease } from '../snapshot-store.js';

export interface FallbackDependencies {
  readonly attempts: Attempts;
  /** Keeps in this process what the shared store has kept; answers it, or null if this process has a newer entry. */
  readonly mirror: (entry: Entry) => Promise<Entry | null>;
  /** Keeps in this process what the shared store could not take; false if this process has a newer entry. */
  readonly keepHere: (entry: Entry) => Promise<boolean>;
  /** Sets in this process the backoff that the shared store could not take. */
  readonly pauseHere: (backoff: Backoff) => void;
}

/** A lease of the shared store. If the store becomes unreachable, the entry is kept in this process. */
export class FallbackLease implements Lease {
  constructor(
    private readonly lease: Lease,
    private readonly dependencies: FallbackDependencies,
  ) {}

  get version(): number {
    return this.lease.version;
  }

  get lost(): AbortSignal {
    return this.lease.lost;
  }

  async keep(content: Content, base: Entry | null): Promise<Entry | null> {
    const kept = await this.dependencies.attempts.transfer(() => this.lease.keep(content, base));
    if (kept === 'failed') return this.keepHere(content, base);
    return kept === null ? null : this.mirror(kept, content, base);
  }

  async giveUp(backoff: Backoff | null): Promise<void> {
    const ended = await this.dependencies.attempts.brief(() => this.lease.giveUp(backoff));
    if (ended === 'failed' && backoff !== null) this.dependencies.pauseHere(backoff);
  }

  private mirror(kept: Entry, content: Content, base: Entry | null): Promise<Entry | null> {
    const sound = (kept as Partial<Entry>).version === this.version && Array.isArray(kept.rows);
    return sound ? this.dependencies.mirror(kept) : this.keepHere(content, base);
  }

  private async keepHere({ head, rows, endedMs }: Content, base: Entry | null): Promise<Entry | null> {
    const reused = await arrangeRows(rows, base?.rows ?? null);
    const entry = { version: this.version, head, rows: reused, endedMs };
    return (await this.dependencies.keepHere(entry)) ? entry : null;
  }
}
