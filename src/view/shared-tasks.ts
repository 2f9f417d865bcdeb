import { yieldToEventLoop } from '@/scheduling/cooperative.js';
import { addedPositions, removedPositions } from './edit.js';
import type { FeedIndex } from './feed-index.js';
import { HashCounts } from './id-hashes.js';

/** Rows not to be shown, by the index of their feed: positions of tasks that another feed shows. */
export type HiddenRows = ReadonlyMap<FeedIndex, ReadonlySet<number>>;

const NOTHING_HIDDEN: HiddenRows = new Map();

interface Counted {
  readonly index: FeedIndex;
  readonly hashes: Float64Array;
}

/**
 * Finds the tasks that several feeds of one source hold: each is shown by the first of them. Hardly ever is there one, so
 * what is kept is how often each id occurs; where a feed changed, only the ids that went and came are counted.
 */
export class SharedTasks {
  readonly #counts = new HashCounts();
  #counted = new Map<string, Counted>();
  #hidden = NOTHING_HIDDEN;
  /** The counts are of one set of feeds at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  /** The rows to hide, of feeds (by name) in the order in which they may show a task. */
  hidden(feeds: ReadonlyMap<string, FeedIndex>): Promise<HiddenRows> {
    const hidden = this.#turn.then(() => this.#hiddenIn(feeds));
    this.#turn = hidden.catch(() => undefined);
    return hidden;
  }

  async #hiddenIn(feeds: ReadonlyMap<string, FeedIndex>): Promise<HiddenRows> {
    if (!this.#areCounted(feeds)) {
      for (const name of [...this.#counted.keys()]) if (!feeds.has(name)) this.#forget(name);
      for (const [name, index] of feeds) {
        await this.#count(name, index);
        await yieldToEventLoop();
      }
      this.#hidden = await this.#repeats(feeds);
    }
    return this.#hidden;
  }

  #areCounted(feeds: ReadonlyMap<string, FeedIndex>): boolean {
    if (feeds.size !== this.#counted.size) return false;
    for (const [name, index] of feeds) if (this.#counted.get(name)?.index !== index) return false;
    return true;
  }

  async #count(name: string, index: FeedIndex): Promise<void> {
    const before = this.#counted.get(name);
    if (before?.index === index) return;
    const hashes = await index.idHashes();
    const { edit } = index;
    if (before?.index.rows === edit.since) {
      for (const position of removedPositions(edit)) this.#counts.remove(before.hashes[position]!);
      for (const position of addedPositions(edit)) this.#counts.add(hashes[position]!);
    } else {
      this.#forget(name);
      for (const hash of hashes) this.#counts.add(hash);
    }
    this.#counted.set(name, { index, hashes });
  }

  #forget(name: string): void {
    for (const hash of this.#counted.get(name)?.hashes ?? []) this.#counts.remove(hash);
    this.#counted.delete(name);
  }

  async #repeats(feeds: ReadonlyMap<string, FeedIndex>): Promise<HiddenRows> {
    if (this.#counts.repeated.size === 0) return NOTHING_HIDDEN;
    const shown = new Set<string>();
    const hidden = new Map<FeedIndex, ReadonlySet<number>>();
    for (const [name, index] of feeds) {
      const repeats = this.#repeatsIn(index, this.#counted.get(name)?.hashes ?? new Float64Array(), shown);
      if (repeats.size > 0) hidden.set(index, repeats);
      await yieldToEventLoop();
    }
    return hidden;
  }

  /** The rows whose task is shown already. The others are from now on. */
  #repeatsIn({ rows }: FeedIndex, hashes: Float64Array, shown: Set<string>): Set<number> {
    const repeats = new Set<number>();
    for (const [position, hash] of hashes.entries()) {
      const id = this.#counts.repeated.has(hash) ? rows[position]?.task.id : undefined;
      if (id === undefined) continue;
      if (shown.has(id)) repeats.add(position);
      else shown.add(id);
    }
    return repeats;
  }
}
