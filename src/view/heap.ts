/** A binary heap: the first of many is found at once, and the next one in few steps. */
export class Heap<T> {
  readonly #values: T[] = [];

  constructor(private readonly comesBefore: (a: T, b: T) => boolean) {}

  get first(): T | undefined {
    return this.#values[0];
  }

  push(value: T): void {
    let at = this.#values.push(value) - 1;
    while (at > 0 && this.#swapIfBefore(at, (at - 1) >> 1)) at = (at - 1) >> 1;
  }

  removeFirst(): void {
    const last = this.#values.pop();
    if (last === undefined || this.#values.length === 0) return;
    this.#values[0] = last;
    this.sinkFirst();
  }

  /** To be called when the first has changed so that it may come later. */
  sinkFirst(): void {
    let at = 0;
    for (;;) {
      const child = this.#earlierChild(at);
      if (child === null || !this.#swapIfBefore(child, at)) return;
      at = child;
    }
  }

  #earlierChild(at: number): number | null {
    const [left, right] = [2 * at + 1, 2 * at + 2];
    if (left >= this.#values.length) return null;
    return right < this.#values.length && this.#isBefore(right, left) ? right : left;
  }

  #swapIfBefore(a: number, b: number): boolean {
    if (!this.#isBefore(a, b)) return false;
    const [valueA, valueB] = [this.#values[a] as T, this.#values[b] as T];
    this.#values[a] = valueB;
    this.#values[b] = valueA;
    return true;
  }

  #isBefore(a: number, b: number): boolean {
    return this.comesBefore(this.#values[a] as T, this.#values[b] as T);
  }
}
