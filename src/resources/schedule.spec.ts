import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { formatTime } from '@/model/time.js';
import { Schedule } from './schedule.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

interface Example {
  readonly cron: string;
  readonly zone?: string;
  readonly at: string;
  readonly latest: string | null;
  readonly next: string | null;
}

function timesAround({ cron, zone = 'UTC', at }: Example): Pick<Example, 'latest' | 'next'> {
  const schedule = new Schedule(cron, zone);
  const text = (timeMs: number | null): string | null => (timeMs === null ? null : formatTime(timeMs));
  return { latest: text(schedule.latestAt(Date.parse(at))), next: text(schedule.nextAfter(Date.parse(at))) };
}

describe('a schedule', () => {
  it.each<[string, Example]>([
    [
      'includes the moment itself in the latest, and not in the next',
      {
        cron: '0 2 * * *',
        at: '2026-11-29T02:00:00.000Z',
        latest: '2026-11-29T02:00:00.000Z',
        next: '2026-11-30T02:00:00.000Z',
      },
    ],
    [
      'has not come a millisecond before its time',
      {
        cron: '0 2 * * *',
        at: '2026-11-29T01:59:59.999Z',
        latest: '2026-11-28T02:00:00.000Z',
        next: '2026-11-29T02:00:00.000Z',
      },
    ],
    [
      'is past a millisecond after its time',
      {
        cron: '0 2 * * *',
        at: '2026-11-29T02:00:00.001Z',
        latest: '2026-11-29T02:00:00.000Z',
        next: '2026-11-30T02:00:00.000Z',
      },
    ],
    [
      'takes the day of month or the weekday where both are restricted',
      {
        cron: '0 2 15 * mon',
        at: '2026-11-13T00:00:00.000Z',
        latest: '2026-11-09T02:00:00.000Z',
        next: '2026-11-15T02:00:00.000Z',
      },
    ],
    [
      'takes only the day of month where the weekday is free',
      {
        cron: '0 2 15 * *',
        at: '2026-11-13T00:00:00.000Z',
        latest: '2026-10-15T02:00:00.000Z',
        next: '2026-11-15T02:00:00.000Z',
      },
    ],
    [
      'takes only the weekday where the day of month is free',
      {
        cron: '0 2 * * mon',
        at: '2026-11-13T00:00:00.000Z',
        latest: '2026-11-09T02:00:00.000Z',
        next: '2026-11-16T02:00:00.000Z',
      },
    ],
    [
      'takes 7 as Sunday, also as the end of a range',
      {
        cron: '0 2 * * 6-7',
        at: '2026-11-29T12:00:00.000Z',
        latest: '2026-11-29T02:00:00.000Z',
        next: '2026-12-05T02:00:00.000Z',
      },
    ],
    [
      'takes lists, ranges, steps and names in any case',
      {
        cron: '10-40/15,50 */6 * JAN-mar,Nov Mon-Fri',
        at: '2026-11-27T18:41:00.000Z',
        latest: '2026-11-27T18:40:00.000Z',
        next: '2026-11-27T18:50:00.000Z',
      },
    ],
    [
      'looks as far as the next leap year',
      {
        cron: '0 2 29 feb *',
        at: '2026-11-29T00:00:00.000Z',
        latest: '2024-02-29T02:00:00.000Z',
        next: '2028-02-29T02:00:00.000Z',
      },
    ],
    [
      'goes by the clocks of its time zone',
      {
        cron: '0 2 * * *',
        zone: 'Asia/Kolkata',
        at: '2026-11-29T00:00:00.000Z',
        latest: '2026-11-28T20:30:00.000Z',
        next: '2026-11-29T20:30:00.000Z',
      },
    ],
    [
      'counts a time that the clocks jump over when they jump',
      {
        cron: '30 2 * * *',
        zone: 'Europe/Berlin',
        at: '2026-03-29T01:00:00.000Z',
        latest: '2026-03-29T01:00:00.000Z',
        next: '2026-03-30T00:30:00.000Z',
      },
    ],
    [
      'counts all times that the clocks jump over as one',
      {
        cron: '0,15,30,45 2,3 * * *',
        zone: 'Europe/Berlin',
        at: '2026-03-29T01:00:00.000Z',
        latest: '2026-03-29T01:00:00.000Z',
        next: '2026-03-29T01:15:00.000Z',
      },
    ],
    [
      'counts a midnight that the clocks jump over',
      {
        cron: '0 0 * * *',
        zone: 'America/Sao_Paulo',
        at: '2018-11-04T02:59:59.999Z',
        latest: '2018-11-03T03:00:00.000Z',
        next: '2018-11-04T03:00:00.000Z',
      },
    ],
    [
      'counts a time that comes twice once, at first',
      {
        cron: '30 2 * * *',
        zone: 'Europe/Berlin',
        at: '2026-10-25T01:30:00.000Z',
        latest: '2026-10-25T00:30:00.000Z',
        next: '2026-10-26T01:30:00.000Z',
      },
    ],
    [
      'has no times in an hour that comes again',
      {
        cron: '*/30 * * * *',
        zone: 'Europe/Berlin',
        at: '2026-10-25T01:10:00.000Z',
        latest: '2026-10-25T00:30:00.000Z',
        next: '2026-10-25T02:00:00.000Z',
      },
    ],
  ])('%s', (_title, example) => {
    const { latest, next } = example;
    expect(timesAround(example)).toEqual({ latest, next });
  });

  it.each([
    '* * * *',
    '* * * * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * 8',
    '* * L * *',
    '* * ? * *',
    '* * 15W * *',
    '* * * * mon#2',
    '* * * * monday',
    '* 5-2 * * *',
    '*/0 * * * *',
    '@daily',
    '2026-12-01T00:00:00',
    '',
  ])('rejects %j', (cron) => {
    expect(() => new Schedule(cron, 'UTC')).toThrow(
      new RangeError(`"${cron}" is no schedule; use five fields: minute, hour, day of month, month, weekday`),
    );
  });

  it('rejects a day that never comes, and a time zone that is none', () => {
    expect(() => new Schedule('0 2 31 2,4 *', 'UTC')).toThrow(RangeError);
    expect(() => new Schedule('0 2 * * *', 'Europe/Atlantis')).toThrow(RangeError);
  });

  it('reads a long wrong expression at once', () => {
    expect(() => new Schedule(`${'mon-'.repeat(20_000)}!`, 'UTC')).toThrow(RangeError);
  });
});

/** A field of an expression, with the numbers that it stands for. */
interface Field {
  readonly text: string;
  readonly values: ReadonlySet<number>;
}

type Expression = [minute: Field, hour: Field, day: Field, month: Field, weekday: Field];

const LONGEST = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const MONTHS = ['', 'jan', 'FEB', 'Mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['SUN', 'mon', 'Tue', 'wed', 'thu', 'fri', 'sat'];

interface Limits {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const EXPRESSION: fc.Arbitrary<Expression> = fc.tuple(
  fieldOf({ min: 0, max: 59 }),
  fc.oneof(partOf({ min: 0, max: 4 }), fieldOf({ min: 0, max: 23 })),
  fieldOf({ min: 1, max: 31 }),
  fieldOf({ min: 1, max: 12, names: MONTHS }),
  fieldOf({ min: 0, max: 7, names: WEEKDAYS }),
);

function fieldOf(limits: Limits): fc.Arbitrary<Field> {
  const { min, max } = limits;
  const any = fc.constant({ text: '*', values: new Set(numbers(min, max, 1)) });
  const step = fc.integer({ min: 2, max: Math.min(max, 20) });
  const steps = step.map((by) => ({ text: `*/${by}`, values: new Set(numbers(min, max, by)) }));
  const list = fc.array(partOf(limits), { minLength: 1, maxLength: 3 }).map((parts) => ({
    text: parts.map(({ text }) => text).join(','),
    values: new Set(parts.flatMap(({ values }) => [...values])),
  }));
  return fc.oneof({ arbitrary: any, weight: 3 }, list, steps);
}

/** One number, a range, or a range with a step. */
function partOf({ min, max, names = [] }: Limits): fc.Arbitrary<Field> {
  const number = fc.integer({ min, max });
  return fc.tuple(number, number, fc.integer({ min: 1, max: 5 })).map(([one, other, by]) => {
    const [from, to] = [Math.min(one, other), Math.max(one, other)];
    const text = (value: number): string => names[value] ?? String(value);
    if (by === 5 || from === to) return { text: text(one), values: new Set([one]) };
    return {
      text: `${text(from)}-${text(to)}${by === 1 ? '' : `/${by}`}`,
      values: new Set(numbers(from, to, by)),
    };
  });
}

function numbers(from: number, to: number, by: number): number[] {
  return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, index) => from + index * by);
}

/** The days around which the walk looks, with a change of the clocks in most. */
const PLACES: [zone: string, day: string][] = [
  ['Europe/Berlin', '2026-03-29'],
  ['Europe/Berlin', '2026-10-25'],
  ['America/Sao_Paulo', '2018-02-18'],
  ['America/Sao_Paulo', '2018-11-04'],
  ['Asia/Beirut', '2022-03-27'],
  ['Asia/Beirut', '2022-10-30'],
  ['Australia/Lord_Howe', '2026-04-05'],
  ['Australia/Lord_Howe', '2026-10-04'],
  ['Asia/Kolkata', '2026-06-15'],
  ['Africa/Casablanca', '2026-02-15'],
  ['Pacific/Apia', '2011-12-30'],
  ['Antarctica/Casey', '2010-03-05'],
  ['UTC', '2024-02-29'],
];

describe('the times of a schedule', () => {
  it.each(PLACES)('are those of a walk from minute to minute in %s around %s', (zone, day) => {
    const startMs = Date.parse(`${day}T00:00:00Z`) - 3 * DAY_MS;
    const walk = newlyShown(zone, startMs, 6 * 24 * 60);
    const minutes = fc.integer({ min: 0, max: walk.length - 1 });
    fc.assert(
      fc.property(EXPRESSION, minutes, fc.integer({ min: 0, max: 59_999 }), (fields, minute, ms) => {
        fc.pre(hasDay(fields));
        const cron = fields.map(({ text }) => text).join(' ');
        const schedule = new Schedule(cron, zone);
        const timeMs = startMs + minute * MINUTE_MS + ms;
        const isRun = (shown: readonly Date[]): boolean => shown.some((date) => fits(fields, date));
        const latest = walk.slice(0, minute + 1).findLastIndex(isRun);
        const next = walk.findIndex((shown, index) => index > minute && isRun(shown));
        const latestMs = schedule.latestAt(timeMs) ?? -Infinity;
        const nextMs = schedule.nextAfter(timeMs) ?? Infinity;
        if (latest === -1) expect(latestMs).toBeLessThan(startMs);
        else expect(latestMs).toBe(startMs + latest * MINUTE_MS);
        if (next === -1) expect(nextMs).toBeGreaterThanOrEqual(startMs + walk.length * MINUTE_MS);
        else expect(nextMs).toBe(startMs + next * MINUTE_MS);
      }),
      { numRuns: 50 },
    );
  });
});

/** For each minute from a start on: the times that the clocks show or jump over then, and have not shown before. */
function newlyShown(zone: string, startMs: number, minutes: number): Date[][] {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  const shownMs = (timeMs: number): number => Date.parse(`${format.format(timeMs).replace(' ', 'T')}Z`);
  let lastMs = -Infinity;
  for (let timeMs = startMs - 2 * DAY_MS; timeMs < startMs; timeMs += MINUTE_MS) {
    lastMs = Math.max(lastMs, shownMs(timeMs));
  }
  return Array.from({ length: minutes }, (_, minute) => {
    const nowMs = shownMs(startMs + minute * MINUTE_MS);
    const shown: Date[] = [];
    for (; lastMs < nowMs; lastMs += MINUTE_MS) shown.push(new Date(lastMs + MINUTE_MS));
    return shown;
  });
}

function fits([minute, hour, day, month, weekday]: Expression, date: Date): boolean {
  const isDay = day.values.has(date.getUTCDate());
  const isWeekday = weekday.values.has(date.getUTCDay()) || (weekday.values.has(7) && date.getUTCDay() === 0);
  const bothRestricted = day.text !== '*' && weekday.text !== '*';
  return (
    minute.values.has(date.getUTCMinutes()) &&
    hour.values.has(date.getUTCHours()) &&
    month.values.has(date.getUTCMonth() + 1) &&
    (bothRestricted ? isDay || isWeekday : isDay && isWeekday)
  );
}

function hasDay([, , day, month, weekday]: Expression): boolean {
  if (day.text === '*' || weekday.text !== '*') return true;
  return [...month.values].some((number) =>
    [...day.values].some((date) => date <= (LONGEST[number - 1] ?? 0)),
  );
}
