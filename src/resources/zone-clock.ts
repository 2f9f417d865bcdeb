import { Temporal } from 'temporal-polyfill';
import { timeZoneNamed } from '@/model/time-zone.js';

const DAY_MS = 86_400_000;

/**
 * What the clocks of a time zone show. A shown time is given as the epoch milliseconds at which a clock in UTC shows it, in
 * whole seconds.
 */
export class ZoneClock {
  /** By the start of the day in UTC; null for a day in which the clocks are changed. */
  readonly #offsetByDay = new Map<number, number | null>();

  /** Throws a RangeError where there is no such time zone. */
  constructor(private readonly timeZone: string) {
    if (timeZoneNamed(timeZone) === undefined) throw new RangeError(`there is no time zone "${timeZone}"`);
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
    const offset = this.#offsetMs(shownMs - DAY_MS);
    if (offset === this.#offsetMs(shownMs + DAY_MS)) return shownMs - offset;
    const shown = Temporal.Instant.fromEpochMilliseconds(shownMs).toZonedDateTimeISO('UTC').toPlainDateTime();
    const first = shown.toZonedDateTime(this.timeZone, { disambiguation: 'earlier' });
    if (first.toPlainDateTime().equals(shown)) return first.epochMilliseconds;
    // A time that does not exist is taken for one before the jump.
    return first.getTimeZoneTransition('next')?.epochMilliseconds ?? first.epochMilliseconds;
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
    return this.#clocksAt(timeMs).offsetNanoseconds / 1e6;
  }

  #clocksAt(timeMs: number): Temporal.ZonedDateTime {
    return Temporal.Instant.fromEpochMilliseconds(timeMs).toZonedDateTimeISO(this.timeZone);
  }
}
