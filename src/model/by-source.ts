/** What is remembered of each source for as long as it is configured. */
export class BySource<T> {
  readonly #values = new Map<string, T>();
  #configured: ReadonlySet<string> | null = null;

  constructor(private readonly make: () => T) {}

  /** What is remembered of a source; new, and remembered by nobody, for a question that has outlived its source. */
  of(source: string): T {
    const known = this.#values.get(source);
    if (known !== undefined) return known;
    const made = this.make();
    if (this.#configured?.has(source) ?? true) this.#values.set(source, made);
    return made;
  }

  /** Forgets all other sources, now and from now on. */
  keepOnly(configured: ReadonlySet<string>): void {
    this.#configured = configured;
    for (const source of this.#values.keys()) if (!configured.has(source)) this.#values.delete(source);
  }
}
