/** Of the longest wait; who has not asked for so long does not wait. */
const GAP = 0.75;

/** A wait for what others hold, which a process gives up for a while when nobody has let it in for too long. */
export class BoundedWait {
  #sinceMs: number | null = null;
  #askedMs = 0;
  #aloneUntilMs: number | null = null;

  /** `now` is monotonic, milliseconds. */
  constructor(
    private readonly longestMs: number,
    private readonly aloneMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Somebody was not let in. */
  wait(): void {
    this.#askedMs = this.now();
    this.#sinceMs ??= this.#askedMs;
  }

  /** Somebody was let in. */
  end(): void {
    this.#sinceMs = null;
  }

  /** True for a while after too long a wait; then a new one may begin. */
  isGivenUp(): boolean {
    const nowMs = this.now();
    if (this.#aloneUntilMs !== null) {
      if (nowMs < this.#aloneUntilMs) return true;
      this.#aloneUntilMs = null;
      this.#sinceMs = null;
    }
    if (this.#sinceMs === null) return false;
    if (nowMs - this.#askedMs > this.longestMs * GAP) this.#sinceMs = null;
    else if (nowMs - this.#sinceMs > this.longestMs) this.#aloneUntilMs = nowMs + this.aloneMs;
    return this.#aloneUntilMs !== null;
  }
}
