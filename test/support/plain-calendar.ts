import type { BucketUnit } from '@/model/summary.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Time zones, each with a moment around which something happens to its clocks. */
export const ZONES: readonly {
  readonly timeZone: string;
  readonly aroundMs: number;
  readonly what: string;
}[] = [
  zone('UTC', '2026-01-01', 'nothing'),
  zone('Asia/Kolkata', '2026-02-01', 'half an hour from the full hours of UTC'),
  zone('Asia/Kathmandu', '2026-02-01', 'three quarters of an hour from them'),
  zone('Europe/Berlin', '2026-03-29', 'a day of 23 hours'),
  zone('Europe/Berlin', '2025-10-26', 'a day of 25 hours'),
  zone('America/New_York', '2025-11-02', 'a day of 25 hours'),
  zone('America/Sao_Paulo', '2018-11-04', 'a day without midnight'),
  zone('America/Sao_Paulo', '2018-02-18', 'an hour before midnight comes twice'),
  zone('Asia/Beirut', '2022-03-27', 'a day without midnight'),
  zone('Australia/Lord_Howe', '2026-04-05', 'clocks are set back by half an hour'),
  zone('Australia/Lord_Howe', '2025-10-05', 'clocks are set forward by half an hour'),
  zone('America/St_Johns', '2010-11-07', 'clocks are set back a minute after midnight'),
  zone('Pacific/Apia', '2011-12-30', 'a date that does not exist'),
];

function zone(timeZone: string, date: string, what: string): (typeof ZONES)[number] {
  return { timeZone, aroundMs: Date.parse(`${date}T00:00:00Z`), what };
}

/** How far the borders reach on both sides of the moment: four days, and the bucket beyond them whole. */
const REACH_DAYS: Readonly<Record<BucketUnit, number>> = { hour: 5, day: 6, week: 12, month: 62 };

/** Reckons the borders of buckets slowly and plainly, by what `Intl` says that clocks show; for the days around a moment. */
export class PlainCalendar {
  readonly #format: Intl.DateTimeFormat;
  readonly #borders: readonly number[];

  constructor(
    unit: BucketUnit,
    { timeZone, aroundMs }: Pick<(typeof ZONES)[number], 'timeZone' | 'aroundMs'>,
  ) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
    });
    const reachMs = REACH_DAYS[unit] * DAY_MS;
    const [fromMs, untilMs] = [aroundMs - reachMs, aroundMs + reachMs];
    this.#borders = unit === 'hour' ? this.#hours(fromMs, untilMs) : this.#dates(fromMs, untilMs, unit);
  }

  bucketOf(timeMs: number): { readonly startMs: number; readonly endMs: number } {
    const at = this.#borders.findIndex((border) => border > timeMs);
    const [startMs, endMs] = [this.#borders[at - 1], this.#borders[at]];
    if (startMs === undefined || endMs === undefined) throw new Error(`${timeMs} is outside`);
    return { startMs, endMs };
  }

  /** Each bucket from one moment to another. */
  between(firstMs: number, lastMs: number): { readonly startMs: number; readonly endMs: number }[] {
    const first = this.bucketOf(firstMs);
    const buckets = [first];
    for (let last = first; last.endMs <= lastMs; buckets.push(last)) last = this.bucketOf(last.endMs);
    return buckets;
  }

  /** Where the clocks show a full hour, or are set by a part of one. */
  #hours(fromMs: number, untilMs: number): number[] {
    const borders: number[] = [];
    let past = pastHour(this.#shown(fromMs) - fromMs);
    for (let quarter = fromMs; quarter < untilMs; quarter += 15 * MINUTE_MS) {
      const shown = this.#shown(quarter);
      const now = pastHour(shown - quarter);
      if (now !== past || shown % HOUR_MS === 0) borders.push(quarter);
      past = now;
    }
    return borders;
  }

  /** Where the clocks first show a date of the next day, week or month. */
  #dates(fromMs: number, untilMs: number, unit: Exclude<BucketUnit, 'hour'>): number[] {
    const borders: number[] = [];
    let latest = numberOf(this.#shown(fromMs), unit);
    for (let minute = fromMs; minute < untilMs;) {
      const shown = this.#shown(minute);
      const number = numberOf(shown, unit);
      if (number > latest) borders.push(minute);
      latest = Math.max(latest, number);
      // Clocks are set by an hour at most, but for whole days: far from midnight no date begins.
      const past = ((shown % DAY_MS) + DAY_MS) % DAY_MS;
      minute += past < 22 * HOUR_MS ? HOUR_MS : MINUTE_MS;
    }
    return borders;
  }

  /** The moment at which a clock in UTC shows what the zone's clocks show. */
  #shown(timeMs: number): number {
    const [month = 0, day, year = 0, ...time] = (this.#format.format(timeMs).match(/\d+/g) ?? []).map(Number);
    return Date.UTC(year, month - 1, day, ...time);
  }
}

/** By how much an offset from UTC is more than full hours. */
function pastHour(offsetMs: number): number {
  return ((offsetMs % HOUR_MS) + HOUR_MS) % HOUR_MS;
}

/** Numbers the days, weeks from Monday or months, of what a clock in UTC shows at a moment. */
function numberOf(shownMs: number, unit: Exclude<BucketUnit, 'hour'>): number {
  const days = Math.floor(shownMs / DAY_MS);
  if (unit === 'day') return days;
  const date = new Date(shownMs);
  // The first of January 1970 was a Thursday.
  return unit === 'week' ? Math.floor((days + 3) / 7) : date.getUTCFullYear() * 12 + date.getUTCMonth();
}
