const FEWEST_SLOTS = 1024;
/** Half of the slots at most are taken, so that a free one is soon found. */
const MOST_TAKEN = 0.5;
const FREE = -1;

/** How often each of many hashes (whole numbers, 0 to 2^53 - 1) was added: 12 bytes a slot where a Map takes about 60. */
export class HashCounts {
  #hashes = new Float64Array(FEWEST_SLOTS).fill(FREE);
  #counts = new Uint32Array(FEWEST_SLOTS);
  #taken = 0;
  readonly #repeated = new Set<number>();

  /** The hashes that were added more than once. */
  get repeated(): ReadonlySet<number> {
    return this.#repeated;
  }

  add(hash: number): void {
    if (this.#taken > MOST_TAKEN * this.#hashes.length) this.#grow();
    const slot = this.#slotOf(hash);
    if (this.#hashes[slot] === FREE) this.#taken += 1;
    this.#hashes[slot] = hash;
    const count = this.#counts[slot]! + 1;
    this.#counts[slot] = count;
    if (count === 2) this.#repeated.add(hash);
  }

  /** Takes back one that was added. */
  remove(hash: number): void {
    const slot = this.#slotOf(hash);
    const count = this.#counts[slot]! - 1;
    // The slot stays taken until the table grows: what was put behind it would not be found otherwise.
    this.#counts[slot] = count;
    if (count === 1) this.#repeated.delete(hash);
  }

  /** The slot of a hash, or the free one where it belongs. */
  #slotOf(hash: number): number {
    const last = this.#hashes.length - 1;
    let slot = hash % this.#hashes.length;
    while (this.#hashes[slot] !== hash && this.#hashes[slot] !== FREE) slot = slot === last ? 0 : slot + 1;
    return slot;
  }

  /** Makes room for twice as many as are counted now. */
  #grow(): void {
    const [hashes, counts] = [this.#hashes, this.#counts];
    const live = counts.reduce((sum, count) => sum + Number(count > 0), 0);
    let slots = FEWEST_SLOTS;
    while (MOST_TAKEN * slots < 2 * live) slots *= 2;
    this.#hashes = new Float64Array(slots).fill(FREE);
    this.#counts = new Uint32Array(slots);
    this.#taken = live;
    for (const [at, hash] of hashes.entries()) {
      const count = counts[at]!;
      if (count === 0) continue;
      const slot = this.#slotOf(hash);
      this.#hashes[slot] = hash;
      this.#counts[slot] = count;
    }
  }
}
