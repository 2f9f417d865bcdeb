/**
 * The things with the lowest ids, each once and as it came last, however many come and in whatever order: it never
 * holds more than twice as many as it keeps.
 */
export class LowestIds<T extends { readonly id: string }> {
  #byId = new Map<string, T>();
  /** The highest id that may still be kept; null while there is room for any. */
  #highest: string | null = null;
  #isCut = false;

  constructor(private readonly most: number) {}

  /** True when there were more than are kept. */
  get isCut(): boolean {
    return this.#isCut || this.#byId.size > this.most;
  }

  /** The things that are kept, in no promised order. */
  get values(): readonly T[] {
    return this.#byId.size > this.most ? this.#lowest() : [...this.#byId.values()];
  }

  add(thing: T): void {
    if (this.#highest !== null && compareIds(thing.id, this.#highest) > 0) {
      this.#isCut = true;
      return;
    }
    this.#byId.set(thing.id, thing);
    if (this.#byId.size < 2 * this.most) return;
    this.#isCut = true;
    const lowest = this.#lowest();
    this.#byId = new Map(lowest.map((each) => [each.id, each]));
    this.#highest = lowest.at(-1)?.id ?? null;
  }

  #lowest(): T[] {
    return [...this.#byId.values()].sort((a, b) => compareIds(a.id, b.id)).slice(0, this.most);
  }
}

/** Shorter ids come first, so that numbers stand by their value: a cluster that is added to OCP displaces none. */
function compareIds(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
