import { setTimeout } from 'node:timers/promises';
import { Attempts, type Patience } from './attempts.js';
import { FallbackLease } from './fallback-lease.js';
import type { InProcessStore } from '../in-process/in-process-store.js';
import {
  SnapshotStore,
  type Claim,
  type ClaimWish,
  type Entry,
  type Lease,
  type News,
} from '../snapshot-store.js';

export interface FallbackOptions {
  readonly shared: SnapshotStore;
  /** For this store alone: it holds what was last loaded and kept. */
  readonly local: InProcessStore;
  /** Takes what is to be called each time the shared store can be reached (again). */
  readonly onUp: (listener: () => void) => void;
  /** Told of each fault of the shared store by a word: never its text. */
  readonly onFault?: (code: string) => void;
  /** From 0 to below 1. */
  readonly random?: () => number;
  readonly patience?: Patience;
}

const LONGEST_PAUSE_MS = 500;

/**
 * A shared store while it can be reached, else this process's own. Never throws, and answers no later than
 * the patience of `Attempts`. What was kept meanwhile is offered to the shared store once it is back.
 */
export class FallbackStore extends SnapshotStore {
  readonly #attempts: Attempts;
  readonly #names = new Set<string>();
  readonly #listeners: ((news: News) => void)[] = [];
  #levelling: Promise<void> = Promise.resolve();
  #isDue = false;

  constructor(private readonly options: FallbackOptions) {
    super();
    this.#attempts = new Attempts(options.onFault ?? (() => undefined), options.patience);
    options.onUp(() => {
      this.levelSoon();
    });
  }

  async load(name: string, held: Entry | null): Promise<Entry | null> {
    this.#names.add(name);
    await this.fetch(name, held);
    const newest = this.options.local.newest(name);
    return newest !== null && newest.version > (held?.version ?? 0) ? newest : null;
  }

  async claim(name: string, wish: ClaimWish): Promise<Claim> {
    this.#names.add(name);
    const { local, shared } = this.options;
    if ((local.newest(name)?.version ?? 0) > (wish.held ?? 0)) return { outcome: 'newer' };
    const claim = await this.#attempts.claim(() => shared.claim(name, wish));
    if (claim?.outcome === 'granted') return { outcome: 'granted', lease: this.lease(name, claim.lease) };
    if (claim !== null) return claim;
    const own = await local.claim(name, wish);
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
    this.#attempts.now(() => {
      this.options.shared.forget(name);
    });
  }

  onNews(listener: (news: News) => void): void {
    this.#listeners.push(listener);
    this.#attempts.now(() => {
      this.options.shared.onNews(listener);
    });
  }

  private lease(name: string, lease: Lease): Lease {
    const { local } = this.options;
    return new FallbackLease(lease, {
      attempts: this.#attempts,
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

  /** A lease of this process: what is kept under it is offered to the shared store. */
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

  /** Keeps an entry that the shared store could not take; false when a newer one is here. */
  private async keepHere(name: string, entry: Entry): Promise<boolean> {
    await this.options.local.offer(name, entry);
    if (this.options.local.newest(name) !== entry) return false;
    void this.send(name, entry);
    return true;
  }

  /** Brings what the shared store has that is newer. Answers whether it had. */
  private async fetch(name: string, held: Entry | null): Promise<boolean> {
    const { local, shared } = this.options;
    const here = local.newest(name);
    const base = (here?.version ?? 0) > (held?.version ?? 0) ? here : held;
    const entry = await this.#attempts.entry(() => shared.load(name, base));
    if (entry === null || entry.version <= (base?.version ?? 0)) return false;
    await local.offer(name, entry);
    return true;
  }

  private async send(name: string, entry: Entry): Promise<void> {
    await this.#attempts.transfer(() => this.options.shared.offer(name, entry));
  }

  /** One after the other; while one waits for its turn, another is not needed. */
  private levelSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#levelling = this.#levelling.then(() => this.level());
  }

  /** Brings this process and the shared store to the newest entry of each name, whichever of them has it. */
  private async level(): Promise<void> {
    const random = this.options.random ?? Math.random;
    await setTimeout(random() * LONGEST_PAUSE_MS, undefined, { ref: false });
    this.#isDue = false;
    for (const name of this.#names) {
      const here = this.options.local.newest(name);
      if (!(await this.fetch(name, here)) && here !== null) await this.send(name, here);
      const newest = this.options.local.newest(name);
      if (newest !== null) this.tell({ name, version: newest.version, isLate: true });
    }
  }

  private tell(news: News): void {
    for (const listener of this.#listeners) {
      this.#attempts.now(() => {
        listener(news);
      });
    }
  }
}
