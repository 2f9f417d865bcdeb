/** Between two looks at the line. */
const LOOK_EVERY_MS = 50;
/** From nothing to many is a burst; so many times as long as at an earlier look is growth. */
const GROWTH = 1.1;
/** A line stands when the last in it has to wait for so long, or for less while the line grows. */
const STANDING_MS = 700;
const STANDING_WHILE_GROWING_MS = 100;
/** It stands no longer when it begins anew and nobody was refused for so long. */
const CALM_MS = 50;
/** In the first four of twenty looks nobody is refused early, to see whether the line would still grow. */
const LOOKS_OF_A_ROUND = 20;
const LOOKS_OF_A_TRIAL = 4;

/**
 * Whether more wait in a line than can be served. A line is flat, however long, where all in it come from callers who ask
 * again when they are answered; it grows where they come faster than they are served.
 */
export class StandingLine {
  #stands = false;
  #refusedAtMs = Number.NEGATIVE_INFINITY;
  #lookedAtMs = 0;
  /** At the last look, and at the one before. */
  #lengths: readonly [last: number, before: number] = [0, 0];
  /** Since it stands. */
  #looks = 0;

  get stands(): boolean {
    return this.#stands;
  }

  /** True while it is looked at whether a line that stands would still grow. */
  get isOnTrial(): boolean {
    return this.#stands && this.#looks % LOOKS_OF_A_ROUND < LOOKS_OF_A_TRIAL;
  }

  /** True where who waits may be refused early. */
  get isImpatient(): boolean {
    return this.#stands && !this.isOnTrial;
  }

  /** To be called when somebody waits who is the only one. */
  begin(): void {
    const nowMs = performance.now();
    this.#stands &&= nowMs - this.#refusedAtMs < CALM_MS;
    this.#lookedAtMs = nowMs;
    this.#lengths = [0, 0];
  }

  noteRefusal(): void {
    this.#refusedAtMs = performance.now();
  }

  /** To be called often while somebody waits; `waitMs` is how long the last one is expected to. */
  look(length: number, waitMs: number): void {
    const nowMs = performance.now();
    if (nowMs - this.#lookedAtMs < LOOK_EVERY_MS) return;
    const [last, before] = this.#lengths;
    const isTooLong = waitMs > STANDING_MS || (waitMs > STANDING_WHILE_GROWING_MS && hasGrown(last, length));
    if (!this.#stands) this.#looks = 0;
    else if (++this.#looks % LOOKS_OF_A_ROUND === LOOKS_OF_A_TRIAL) this.#stands = hasGrown(before, length);
    this.#stands ||= isTooLong;
    this.#lookedAtMs = nowMs;
    this.#lengths = [length, last];
  }
}

function hasGrown(before: number, length: number): boolean {
  return before > 0 && length > GROWTH * before;
}
