/** Begins something so many times a second, whether or not what began before has ended. */
export class Schedule {
  readonly #open = new Set<Promise<void>>();
  readonly #beganMs = performance.now();
  #begun = 0;
  readonly #timer: NodeJS.Timeout;

  /** `begin` is given the time at which it was due, by `performance.now()`, and must not reject. */
  constructor(
    private readonly perSecond: number,
    private readonly begin: (dueMs: number) => Promise<void>,
  ) {
    this.#timer = setInterval(() => {
      this.#beginDue();
    }, 1);
  }

  /** Ends it, and waits for what is under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#open);
  }

  #beginDue(): void {
    for (;;) {
      const dueMs = this.#beganMs + (this.#begun * 1000) / this.perSecond;
      if (dueMs > performance.now()) return;
      this.#begun += 1;
      const done = this.begin(dueMs).finally(() => this.#open.delete(done));
      this.#open.add(done);
    }
  }
}
