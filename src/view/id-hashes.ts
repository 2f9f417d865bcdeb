import type { Steps } from '@/scheduling/cooperative.js';
import { applyEdit, type Edit } from './edit.js';

/** 53 bits of a hash of the text: two tasks of a million have the same one with a probability of 1 to 18,000. */
export function idHash(id: string): number {
  let [low, high] = [0x811c9dc5, 0x9747b28c];
  for (let index = 0; index < id.length; index += 1) {
    const unit = id.charCodeAt(index);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b);
    high ^= high >>> 13;
  }
  low ^= low >>> 16;
  return (high & 0x1fffff) * 2 ** 32 + (low >>> 0);
}

/** The hashes of the ids of a feed's tasks. */
export function idHashColumn(edit: Edit, before: Float64Array | null): Steps<Float64Array> {
  const columns = { before: before ?? new Float64Array(), after: new Float64Array(edit.rows.length) };
  return applyEdit(edit, columns, ({ task }) => idHash(task.id));
}

/** So many tables share the hashes, so that none takes long to grow. */
const TABLES = 16;
const FEWEST_SLOTS = 256;
/** More slots of a table are never taken, so that a free one is soon found. */
const MOST_TAKEN = 0.75;
/** After it has grown, a table has room for so many times as many hashes as are counted. */
const ROOM = 1.25;
const FREE = -1;

/** How often each of many hashes (whole numbers, 0 to 2^53 - 1) was added, in about a third of the memory of a Map. */
export class HashCounts {
  readonly #tables = Array.from({ length: TABLES }, () => new Table());
  readonly #repeated = new Set<number>();

  /** The hashes that are there more than once. */
  get repeated(): ReadonlySet<number> {
    return this.#repeated;
  }

  add(hash: number): void {
    if (this.#tableOf(hash).count(hash, 1) === 2) this.#repeated.add(hash);
  }

  /** Takes back one that was added. */
  remove(hash: number): void {
    if (this.#tableOf(hash).count(hash, -1) === 1) this.#repeated.delete(hash);
  }

  #tableOf(hash: number): Table {
    return this.#tables[hash % TABLES]!;
  }
}

/** A hash table with open addressing. */
class Table {
  #hashes = new Float64Array(FEWEST_SLOTS).fill(FREE);
  #counts = new Uint32Array(FEWEST_SLOTS);
  #taken = 0;

  /** Adds to the count of a hash, and answers the new one. */
  count(hash: number, change: number): number {
    let slot = this.#slotOf(hash);
    if (this.#hashes[slot] === FREE) {
      if (this.#taken >= MOST_TAKEN * this.#hashes.length) {
        this.#grow();
        slot = this.#slotOf(hash);
      }
      this.#taken += 1;
      this.#hashes[slot] = hash;
    }
    // A slot whose count is 0 stays taken until the table grows: what was put behind it would not be found otherwise.
    const count = this.#counts[slot]! + change;
    this.#counts[slot] = count;
    return count;
  }

  /** The slot of a hash, or the free one where it belongs. */
  #slotOf(hash: number): number {
    const slots = this.#hashes.length;
    let slot = Math.floor(hash / TABLES) % slots;
    while (this.#hashes[slot] !== hash && this.#hashes[slot] !== FREE) slot = (slot + 1) % slots;
    return slot;
  }

  #grow(): void {
    const [hashes, counts] = [this.#hashes, this.#counts];
    this.#taken = counts.reduce((counted, count) => counted + Number(count > 0), 0);
    let slots = FEWEST_SLOTS;
    while (MOST_TAKEN * slots < ROOM * this.#taken) slots *= 2;
    this.#hashes = new Float64Array(slots).fill(FREE);
    this.#counts = new Uint32Array(slots);
    for (const [at, hash] of hashes.entries()) {
      if (counts[at] === 0) continue;
      const slot = this.#slotOf(hash);
      this.#hashes[slot] = hash;
      this.#counts[slot] = counts[at]!;
    }
  }
}
