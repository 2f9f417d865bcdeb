/** Numbers everything that arrives in this process, in order. */
export class Revisions {
  #newest = 0;

  get newest(): number {
    return this.#newest;
  }

  next(): number {
    this.#newest += 1;
    return this.#newest;
  }
}
