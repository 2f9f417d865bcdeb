import { setTimeout } from 'node:timers/promises';
import { arrangeRows } from '../content/arrange-rows.js';
import type { InProcessStore } from '../in-process/in-process-store.js';
import {
  SnapshotStore,
  type Backoff,
  type Claim,
  type ClaimRequest,
  type Content,
  type Entry,
  type Lease,
  type StoreEvent,
} from '../snapshot-store.js';
import { StoreCalls, type FallbackTimeouts } from './store-calls.js';

export interface FallbackOptions {
  readonly shared: SnapshotStore;
  /** Used by this store only: holds what was last loaded and kept. */
  readonly local: InProcessStore;
  /** Registers a listener that is called each time the shared store becomes reachable. */
  readonly onUp: (listener: () => void) => void;
  /** Receives the code of each fault of the shared store, never its text. */
  readonly onFault?: (code: string) => void;
  /** From 0 to below 1. */
  readonly random?: () => number;
  readonly timeouts?: FallbackTimeouts;
}

const MAX_DELAY_MS = 500;

/**
 * Uses the shared store while it can be reached, else the store of this process. Never throws, and answers within
 * `FallbackTimeouts`. Entries kept during an outage are offered to the shared store once it is back.
 */
export class FallbackStore extends SnapshotStore {
  readonly #calls: StoreCalls;
  readonly #names = new Set<string>();
  readonly #listeners: ((event: StoreEvent) => void)[] = [];
  #reconciling: Promise<void> = Promise.resolve();
  #isDue = false;

  constructor(private readonly options: FallbackOptions) {
    super();
    this.#calls = new StoreCalls(options.onFault ?? (() => undefined), options.timeouts);
    options.onUp(() => {
      this.reconcileSoon();
    });
  }

  async load(name: string, held: Entry | null): Promise<Entry | null> {
    this.#names.add(name);
    await this.fetch(name, held);
    const newest = this.options.local.newest(name);
    return newest !== null && newest.version > (held?.version ?? 0) ? newest : null;
  }

  async claim(name: string, request: ClaimRequest): Promise<Claim> {
    this.#names.add(name);
    const { local, shared } = this.options;
    if ((local.newest(name)?.version ?? 0) > (request.held ?? 0)) return { outcome: 'newer' };
    const claim = await this.#calls.claim(() => shared.claim(name, request));
    if (claim?.outcome === 'granted') return { outcome: 'granted', lease: this.lease(name, claim.lease) };
    if (claim !== null) return claim;
    const own = await local.claim(name, request);
    if (own.outcome !== 'granted') return own;
    return { outcome: 'granted', lease: this.ownLease(name, own.lease) };
  }

  async offer(name: string, entry: Entry): Promise<void> {
    this.#names.add(name);
    await this.options.local.offer(name, entry);
    await this.send(name, entry);
  }

  override forget(name: string): void {
    this.#names.delete(name);
    this.options.local.forget(name);
    this.#calls.now(() => {
      this.options.shared.forget(name);
    });
  }

  onStoreEvent(listener: (event: StoreEvent) => void): void {
    this.#listeners.push(listener);
    this.#calls.now(() => {
      this.options.shared.onStoreEvent(listener);
    });
  }

  private lease(name: string, lease: Lease): Lease {
    const { local } = this.options;
    return new FallbackLease(lease, {
      calls: this.#calls,
      mirror: async (entry) => {
        await local.offer(name, entry);
        const newest = local.newest(name);
        return newest?.version === entry.version ? newest : null;
      },
      keepHere: (entry) => this.keepHere(name, entry),
      pauseHere: (backoff) => {
        local.pause(name, backoff);
      },
    });
  }

  /** A lease of this process. Its entry is offered to the shared store. */
  private ownLease(name: string, lease: Lease): Lease {
    return {
      version: lease.version,
      lost: lease.lost,
      keep: async (content, base) => {
        const entry = await lease.keep(content, base);
        if (entry !== null) void this.send(name, entry);
        return entry;
      },
      giveUp: (backoff) => lease.giveUp(backoff),
    };
  }

  /** Keeps an entry that the shared store could not take; false if this process has a newer one. */
  private async keepHere(name: string, entry: Entry): Promise<boolean> {
    await this.options.local.offer(name, entry);
    if (this.options.local.newest(name) !== entry) return false;
    void this.send(name, entry);
    return true;
  }

  /** Copies a newer entry from the shared store to this process. Answers whether there was one. */
  private async fetch(name: string, held: Entry | null): Promise<boolean> {
    const { local, shared } = this.options;
    const here = local.newest(name);
    const base = (here?.version ?? 0) > (held?.version ?? 0) ? here : held;
    const entry = await this.#calls.entry(() => shared.load(name, base));
    if (entry === null || entry.version <= (base?.version ?? 0)) return false;
    await local.offer(name, entry);
    return true;
  }

  private async send(name: string, entry: Entry): Promise<void> {
    await this.#calls.transfer(() => this.options.shared.offer(name, entry));
  }

  /** Runs are sequential; while one is waiting, another is not needed. */
  private reconcileSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#reconciling = this.#reconciling.then(() => this.reconcile());
  }

  /** Gives this process and the shared store the newest entry of each name, whichever of them has it. */
  private async reconcile(): Promise<void> {
    const random = this.options.random ?? Math.random;
    await setTimeout(random() * MAX_DELAY_MS, undefined, { ref: false });
    this.#isDue = false;
    for (const name of this.#names) {
      const here = this.options.local.newest(name);
      if (!(await this.fetch(name, here)) && here !== null) await this.send(name, here);
      const newest = this.options.local.newest(name);
      if (newest !== null) this.publish({ name, version: newest.version, isLate: true });
    }
  }

  private publish(event: StoreEvent): void {
    for (const listener of this.#listeners) {
      this.#calls.now(() => {
        listener(event);
      });
    }
  }
}

export interface FallbackDependencies {
  readonly calls: StoreCalls;
  /** Keeps in this process what the shared store has kept; answers it, or null if this process has a newer entry. */
  readonly mirror: (entry: Entry) => Promise<Entry | null>;
  /** Keeps in this process what the shared store could not take; false if this process has a newer entry. */
  readonly keepHere: (entry: Entry) => Promise<boolean>;
  /** Sets in this process the backoff that the shared store could not take. */
  readonly pauseHere: (backoff: Backoff) => void;
}

/** A lease of the shared store. If the store becomes unreachable, the entry is kept in this process. */
class FallbackLease implements Lease {
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
    const kept = await this.dependencies.calls.transfer(() => this.lease.keep(content, base));
    if (kept === 'failed') return this.keepHere(content, base);
    return kept === null ? null : this.mirror(kept, content, base);
  }

  async giveUp(backoff: Backoff | null): Promise<void> {
    const ended = await this.dependencies.calls.brief(() => this.lease.giveUp(backoff));
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
