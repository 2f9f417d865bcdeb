const DAY_MS = 86_400_000;

/**
 * What the clocks of a time zone show. A shown time is given as the epoch milliseconds at which a clock in UTC shows it, in
 * whole seconds.
 */
export class ZoneClock {
  readonly #format: Intl.DateTimeFormat;
  /** By the start of the day in UTC; null for a day in which the clocks are changed. */
  readonly #offsetByDay = new Map<number, number | null>();

  /** Throws a RangeError where there is no such time zone. */
  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** What the clocks show at a moment. */
  shownMs(timeMs: number): number {
    return Math.floor(timeMs / 1000) * 1000 + this.#offsetMs(timeMs);
  }

  /** The latest that the clocks have shown by a moment. They may have been set back since, by a day at most. */
  latestShownMs(timeMs: number): number {
    return this.shownMs(timeMs) + Math.max(0, this.#offsetMs(timeMs - DAY_MS) - this.#offsetMs(timeMs));
  }

  /** The first moment at which the clocks show a time; where they never do, the moment at which they jump over it. */
  firstMs(shownMs: number): number {
    const before = this.#offsetMs(shownMs - DAY_MS);
    const after = this.#offsetMs(shownMs + DAY_MS);
    for (const offset of before === after ? [before] : [before, after]) {
      if (this.#offsetMs(shownMs - offset) === offset) return shownMs - offset;
    }
    return this.#jumpMs(shownMs - after, shownMs - before);
  }

  /** The first moment in (low, high] with the offset of `high`, in whole seconds. */
  #jumpMs(lowMs: number, highMs: number): number {
    const offset = this.#offsetMs(highMs);
    let [low, high] = [lowMs / 1000, highMs / 1000];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.#offsetMs(middle * 1000) === offset) high = middle;
      else low = middle;
    }
    return high * 1000;
  }

  #offsetMs(timeMs: number): number {
    const startMs = Math.floor(timeMs / DAY_MS) * DAY_MS;
    let offset = this.#offsetByDay.get(startMs);
    if (offset === undefined) {
      const first = this.#readOffsetMs(startMs);
      offset = first === this.#readOffsetMs(startMs + DAY_MS) ? first : null;
      this.#offsetByDay.set(startMs, offset);
    }
    return offset ?? this.#readOffsetMs(timeMs);
  }

  #readOffsetMs(timeMs: number): number {
    const secondMs = Math.floor(timeMs / 1000) * 1000;
    const parts = new Map<string, number>();
    for (const { type, value } of this.#format.formatToParts(secondMs)) parts.set(type, Number(value));
    const [year = 0, month = 1, day, hour, minute, second] = FIELDS.map((field) => parts.get(field));
    return Date.UTC(year, month - 1, day, hour, minute, second) - secondMs;
  }
}

const FIELDS = ['year', 'month', 'day', 'hour', 'minute', 'second'];
