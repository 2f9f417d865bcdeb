/** Numbers everything that was read, in the order it arrived in this process. */
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
