/** One retry for so many first tries, so that a source that is down gets at most 1.2 times its calls. */
const TRIES_PER_RETRY = 5;
/** What a source that is hardly ever called may save up, and has at the start. */
const MOST_RETRIES = 10;

/** How many retries a source may still cost: at most ten, and beyond them a fifth of its first tries. */
export class RetryBudget {
  /** Counted in first tries, so that no fractions add up. */
  #saved = MOST_RETRIES * TRIES_PER_RETRY;

  noteFirstTry(): void {
    this.#saved = Math.min(this.#saved + 1, MOST_RETRIES * TRIES_PER_RETRY);
  }

  /** Takes one retry from the budget; false when it is used up. */
  take(): boolean {
    if (this.#saved < TRIES_PER_RETRY) return false;
    this.#saved -= TRIES_PER_RETRY;
    return true;
  }
}
