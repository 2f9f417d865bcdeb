import type { Attempts } from './attempts.js';
import { arrangeRows } from '../content/arrange-rows.js';
import type { Backoff, Content, Entry, Lease } from '../snapshot-store.js';

export interface FallbackTools {
  readonly attempts: Attempts;
  /** Holds in this process what the shared store has kept; answers it, or null when a newer one is here. */
  readonly mirror: (entry: Entry) => Promise<Entry | null>;
  /** Keeps in this process what the shared store could not take; false when a newer one is here. */
  readonly keepHere: (entry: Entry) => Promise<boolean>;
  /** Remembers in this process what the shared store could not take. */
  readonly pauseHere: (backoff: Backoff) => void;
}

/** A lease of a shared store that may vanish meanwhile: then the entry is kept in this process. */
export class FallbackLease implements Lease {
  constructor(
    private readonly lease: Lease,
    private readonly tools: FallbackTools,
  ) {}

  get version(): number {
    return this.lease.version;
  }

  get lost(): AbortSignal {
    return this.lease.lost;
  }

  async keep(content: Content, base: Entry | null): Promise<Entry | null> {
    const kept = await this.tools.attempts.transfer(() => this.lease.keep(content, base));
    if (kept === 'failed') return this.keepHere(content, base);
    return kept === null ? null : this.mirror(kept, content, base);
  }

  async giveUp(backoff: Backoff | null): Promise<void> {
    const ended = await this.tools.attempts.brief(() => this.lease.giveUp(backoff));
    if (ended === 'failed' && backoff !== null) this.tools.pauseHere(backoff);
  }

  private mirror(kept: Entry, content: Content, base: Entry | null): Promise<Entry | null> {
    const sound = (kept as Partial<Entry>).version === this.version && Array.isArray(kept.rows);
    return sound ? this.tools.mirror(kept) : this.keepHere(content, base);
  }

  private async keepHere({ head, rows, endedMs }: Content, base: Entry | null): Promise<Entry | null> {
    const reused = await arrangeRows(rows, base?.rows ?? null);
    const entry = { version: this.version, head, rows: reused, endedMs };
    return (await this.tools.keepHere(entry)) ? entry : null;
  }
}
