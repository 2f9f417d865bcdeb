import { Temporal } from 'temporal-polyfill';
import type { BucketUnit } from '@/model/summary.js';

/** A span of time, epoch milliseconds; the end is not part of it. */
export interface Bucket {
  readonly startMs: number;
  readonly endMs: number;
}

const HOUR_MS = 3_600_000;
/** More buckets than a summary may have are forgotten all at once. */
const MOST_REMEMBERED = 10_000;

/**
 * Cuts time into the hours, days, weeks (from Monday) or months of a time zone, without a gap. A day is as long as it is
 * there: it begins when the clocks first show its date. An hour is 60 minutes from a full hour of the zone's clocks; only
 * where they are set by a part of an hour, it ends at that moment. Knows each bucket from the second time on.
 */
export class Calendar {
  /** Sorted. */
  #known: Bucket[] = [];

  /** Throws a RangeError where there is no such time zone. */
  constructor(
    private readonly unit: BucketUnit,
    private readonly timeZone: string,
  ) {
    this.#clocksAt(0);
  }

  /** The bucket that a moment of the years 0 to 9999 is in. */
  bucketOf(timeMs: number): Bucket {
    const at = this.#countUpTo(timeMs);
    const near = this.#known[at - 1];
    if (near !== undefined && timeMs < near.endMs) return near;
    const bucket = this.unit === 'hour' ? this.#hourOf(timeMs) : this.#datesOf(timeMs, this.unit);
    if (this.#known.length < MOST_REMEMBERED) this.#known.splice(at, 0, bucket);
    else this.#known = [bucket];
    return bucket;
  }

  /** How many buckets there are from one to another; about, where they are so many that it does not matter. */
  roughCount(first: Bucket, last: Bucket): number {
    return Math.round((last.endMs - first.startMs) / ROUGH_MS[this.unit]);
  }

  /** How many of the known buckets begin at that moment or earlier, by binary search. */
  #countUpTo(timeMs: number): number {
    let [low, high] = [0, this.#known.length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#known[middle]!.startMs <= timeMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #hourOf(timeMs: number): Bucket {
    const past = this.#pastHourMs(timeMs);
    const startMs = Math.floor((timeMs + past) / HOUR_MS) * HOUR_MS - past;
    const endMs = startMs + HOUR_MS;
    return {
      startMs: this.#pastHourMs(startMs) === past ? startMs : this.#lastSetMs(timeMs),
      endMs: this.#pastHourMs(endMs - 1) === past ? endMs : this.#nextSetMs(timeMs),
    };
  }

  /** By how much the zone's clocks differ from UTC, whole hours left out. */
  #pastHourMs(timeMs: number): number {
    return (this.#clocksAt(timeMs).offsetNanoseconds / 1e6) % HOUR_MS;
  }

  #lastSetMs(timeMs: number): number {
    // A moment at which the clocks are set is not before itself.
    return this.#clocksAt(timeMs + 1).getTimeZoneTransition('previous')?.epochMilliseconds ?? timeMs;
  }

  #nextSetMs(timeMs: number): number {
    return this.#clocksAt(timeMs).getTimeZoneTransition('next')?.epochMilliseconds ?? timeMs + 1;
  }

  /** Clocks that are set back over midnight show a date twice, and others leave a date out: so the end may be passed. */
  #datesOf(timeMs: number, unit: Exclude<BucketUnit, 'hour'>): Bucket {
    let first = firstDate(this.#clocksAt(timeMs).toPlainDate(), unit);
    for (;;) {
      const next = first.add(LENGTHS[unit]);
      const endMs = this.#beginningOf(next);
      if (timeMs < endMs) return { startMs: this.#beginningOf(first), endMs };
      first = next;
    }
  }

  #beginningOf(date: Temporal.PlainDate): number {
    return date.toZonedDateTime(this.timeZone).epochMilliseconds;
  }

  #clocksAt(timeMs: number): Temporal.ZonedDateTime {
    return Temporal.Instant.fromEpochMilliseconds(timeMs).toZonedDateTimeISO(this.timeZone);
  }
}

const LENGTHS = { day: { days: 1 }, week: { weeks: 1 }, month: { months: 1 } } as const;

const ROUGH_MS: Readonly<Record<BucketUnit, number>> = {
  hour: HOUR_MS,
  day: 24 * HOUR_MS,
  week: 168 * HOUR_MS,
  month: 730.485 * HOUR_MS,
};

function firstDate(date: Temporal.PlainDate, unit: Exclude<BucketUnit, 'hour'>): Temporal.PlainDate {
  if (unit === 'day') return date;
  return unit === 'month' ? date.with({ day: 1 }) : date.subtract({ days: date.dayOfWeek - 1 });
}
