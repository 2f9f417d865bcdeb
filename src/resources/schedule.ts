import { Cron } from 'croner';
import { hasCronFields } from '@/model/cron-fields.js';
import { ZoneClock } from './zone-clock.js';

const DAY_MS = 86_400_000;
const MOST_REMEMBERED = 50_000;

/**
 * The times of a cron expression by the clocks of a time zone. Five fields with lists, ranges, steps and names; day of
 * month and weekday both restricted: either; 7 is Sunday. A time that does not exist counts when the clocks jump; one that
 * comes twice counts once, at first.
 *
 * croner finds the times that a clock shows, as if it never jumped; what the jumps do is in `ZoneClock`, because croner's
 * own treatment differs between kinds of expressions.
 */
export class Schedule {
  readonly #shown: Cron;
  readonly #clock: ZoneClock;
  /** By the day (in UTC) that was asked about, oldest first: the scheduled times after its start, up to the first after its end. */
  readonly #nextByDay = new Map<number, readonly number[]>();
  #remembered = 0;

  /** Throws a RangeError where the expression or the time zone is none, or no day ever fits. */
  constructor(cron: string, timeZone: string) {
    this.#clock = new ZoneClock(timeZone);
    this.#shown = parse(cron);
    if (this.#shown.nextRun(new Date(0)) === null) throw new RangeError(`the schedule "${cron}" has no day`);
  }

  /** The latest scheduled time at or before a moment, epoch milliseconds; null before 1970, when nothing ran. */
  latestAt(timeMs: number): number | null {
    if (timeMs < 0) return null;
    let shownMs = this.#previousShown(this.#clock.latestShownMs(timeMs) + 1000);
    while (shownMs !== null) {
      const runMs = this.#clock.firstMs(shownMs);
      if (runMs <= timeMs) return runMs < 0 ? null : runMs;
      shownMs = this.#previousShown(shownMs);
    }
    return null;
  }

  /** The first scheduled time after a moment; null where there is none. Cheap for a day that was asked about before. */
  nextAfter(timeMs: number): number | null {
    const startMs = Math.floor(timeMs / DAY_MS) * DAY_MS;
    let next = this.#nextByDay.get(startMs);
    if (next === undefined) {
      next = this.#nextOfDay(startMs);
      this.#remember(startMs, next);
    }
    return next.find((runMs) => runMs > timeMs) ?? null;
  }

  #nextOfDay(startMs: number): number[] {
    const next: number[] = [];
    let shownMs = this.#nextShown(this.#clock.shownMs(startMs));
    while (shownMs !== null) {
      const runMs = this.#clock.firstMs(shownMs);
      if (runMs > (next.at(-1) ?? startMs)) next.push(runMs);
      if (runMs >= startMs + DAY_MS) break;
      shownMs = this.#nextShown(shownMs);
    }
    return next;
  }

  #remember(startMs: number, next: readonly number[]): void {
    if (this.#remembered > MOST_REMEMBERED) {
      this.#nextByDay.clear();
      this.#remembered = 0;
    }
    this.#nextByDay.set(startMs, next);
    this.#remembered += next.length;
  }

  #nextShown(shownMs: number): number | null {
    return this.#shown.nextRun(new Date(shownMs))?.getTime() ?? null;
  }

  #previousShown(shownMs: number): number | null {
    return this.#shown.previousRuns(1, new Date(shownMs))[0]?.getTime() ?? null;
  }
}

function parse(cron: string): Cron {
  try {
    if (hasCronFields(cron)) return new Cron(cron, { mode: '5-part', timezone: 'UTC', paused: true });
  } catch {
    // Told below, in the words of the configuration.
  }
  throw new RangeError(
    `"${cron}" is no schedule; use five fields: minute, hour, day of month, month, weekday`,
  );
}
