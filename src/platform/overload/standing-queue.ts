/** A turn of the event loop, from its first request on. */
export interface Turn {
  readonly lastedMs: number;
  /** Requests that were answered in it: those that only wait for upstreams are no work yet. */
  readonly answered: number;
}

/** A turn of so many answers, or of some that took so long, makes those wait who come meanwhile. */
const MANY = 128;
const SOME = 4;
const LONG_MS = 60;

/** How long requests wait before it is more than a burst, in turns that hardly become shorter. */
const STANDING_MS = 30;
const AS_LONG = 0.9;

/**
 * No burst takes so long. Where 1,024 callers and more ask again as soon as they are answered, one turn goes on for ten
 * times that, as libuv polls up to 48 times for up to 1,024 sockets (libuv 1.52, `uv__io_poll`), and no timer fires meanwhile.
 */
const LONGEST_MS = 500;

/**
 * Whether there is more work than is done. What comes in one turn of the event loop has waited about as long as the
 * turn before lasted. After a pause or a burst each turn is shorter than the one before; where they stay as long or grow
 * (by the factor of the overload), the queue stands, and only refusing helps.
 */
export class StandingQueue {
  #before: Turn | null = null;
  /** How long the late turns in a row before this one lasted together. */
  #lateMs = 0;

  /** Judges a turn that may not be over yet. */
  isSeenIn(turn: Turn): boolean {
    if (turn.answered >= MANY && turn.lastedMs >= LONGEST_MS) return true;
    if (this.#before === null || !isLate(turn)) return false;
    if (turn.lastedMs < AS_LONG * this.#before.lastedMs) return false;
    return this.#lateMs + turn.lastedMs >= STANDING_MS;
  }

  /** To be called at the end of each turn, those without a request included, as long as `isWatching`. */
  note(turn: Turn): void {
    const follows = this.#before === null || turn.lastedMs >= AS_LONG * this.#before.lastedMs;
    this.#lateMs = follows ? this.#lateMs + turn.lastedMs : turn.lastedMs;
    this.#before = turn;
    if (!isLate(turn)) this.clear();
  }

  get isWatching(): boolean {
    return this.#before !== null;
  }

  clear(): void {
    this.#before = null;
    this.#lateMs = 0;
  }
}

function isLate({ lastedMs, answered }: Turn): boolean {
  return answered >= MANY || (answered >= SOME && lastedMs >= LONG_MS);
}
