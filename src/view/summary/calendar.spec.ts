import { describe, expect, it } from 'vitest';
import { BUCKET_UNITS } from '@/model/summary.js';
import { PlainCalendar, ZONES } from '../../../test/support/plain-calendar.js';
import { Calendar, type Bucket } from './calendar.js';

const HOUR_MS = 3_600_000;

const shown = ({ startMs, endMs }: Bucket): string[] =>
  [startMs, endMs].map((timeMs) => new Date(timeMs).toISOString());

const bucketOf = (unit: (typeof BUCKET_UNITS)[number], timeZone: string, time: string): string[] =>
  shown(new Calendar(unit, timeZone).bucketOf(Date.parse(time)));

describe('a calendar', () => {
  it.each(ZONES)('cuts time in $timeZone as its clocks show it: $what', ({ timeZone, aroundMs }) => {
    for (const unit of BUCKET_UNITS) {
      const [calendar, plain] = [
        new Calendar(unit, timeZone),
        new PlainCalendar(unit, { timeZone, aroundMs }),
      ];
      const times = Array.from({ length: 720 }, (_, step) => aroundMs + (step - 360) * (HOUR_MS / 6 + 1));
      const bucketsBy = (of: Pick<Calendar, 'bucketOf'>): Bucket[] =>
        times.map((timeMs) => of.bucketOf(timeMs));
      expect([unit, bucketsBy(calendar)]).toEqual([unit, bucketsBy(plain)]);
    }
  });

  it.each(ZONES)('leaves no gap in $timeZone: $what', ({ timeZone, aroundMs }) => {
    for (const unit of BUCKET_UNITS) {
      const calendar = new Calendar(unit, timeZone);
      for (
        let bucket = calendar.bucketOf(aroundMs - 72 * HOUR_MS);
        bucket.startMs < aroundMs + 72 * HOUR_MS;
      ) {
        const next = calendar.bucketOf(bucket.endMs);
        expect(next.startMs).toBe(bucket.endMs);
        expect(calendar.bucketOf(bucket.endMs - 1)).toEqual(bucket);
        bucket = next;
      }
    }
  });

  it('has days of 23 and of 25 hours', () => {
    expect(bucketOf('day', 'Europe/Berlin', '2026-03-29T12:00:00Z')).toEqual([
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z',
    ]);
    expect(bucketOf('day', 'Europe/Berlin', '2025-10-26T12:00:00Z')).toEqual([
      '2025-10-25T22:00:00.000Z',
      '2025-10-26T23:00:00.000Z',
    ]);
  });

  it('begins a day without midnight at its first hour', () => {
    expect(bucketOf('day', 'America/Sao_Paulo', '2018-11-04T12:00:00Z')[0]).toBe('2018-11-04T03:00:00.000Z');
  });

  it('has hours that begin at half past in UTC where the zone is half an hour apart', () => {
    expect(bucketOf('hour', 'Asia/Kolkata', '2026-01-01T10:29:59.999Z')).toEqual([
      '2026-01-01T09:30:00.000Z',
      '2026-01-01T10:30:00.000Z',
    ]);
  });

  it('begins weeks on Monday, and months on the first', () => {
    expect(bucketOf('week', 'UTC', '2026-11-29T23:59:59Z')).toEqual([
      '2026-11-23T00:00:00.000Z',
      '2026-11-30T00:00:00.000Z',
    ]);
    expect(bucketOf('month', 'UTC', '2028-02-29T00:00:00Z')).toEqual([
      '2028-02-01T00:00:00.000Z',
      '2028-03-01T00:00:00.000Z',
    ]);
  });

  it.each(['UTC', 'Europe/Berlin', 'America/New_York'])(
    'knows the first and the last moment in %s',
    (timeZone) => {
      for (const unit of BUCKET_UNITS) {
        for (const time of ['0000-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z']) {
          const { startMs, endMs } = new Calendar(unit, timeZone).bucketOf(Date.parse(time));
          expect(startMs).toBeLessThanOrEqual(Date.parse(time));
          expect(endMs).toBeGreaterThan(Date.parse(time));
        }
      }
    },
  );

  it('answers the same when it has forgotten what it knew', () => {
    const calendar = new Calendar('hour', 'UTC');
    for (let hour = 12_000; hour > 0; hour -= 1) {
      expect(calendar.bucketOf(hour * HOUR_MS).startMs).toBe(hour * HOUR_MS);
    }
    expect(calendar.bucketOf(12_000 * HOUR_MS + 1).startMs).toBe(12_000 * HOUR_MS);
  });

  it('counts about as many buckets as there are', () => {
    const [first, last] = [Date.UTC(1000, 0), Date.UTC(3000, 0)];
    const count = (unit: (typeof BUCKET_UNITS)[number]): number => {
      const calendar = new Calendar(unit, 'UTC');
      return calendar.roughCount(calendar.bucketOf(first), calendar.bucketOf(last));
    };
    expect(count('month')).toBe(2000 * 12 + 1);
    expect(count('day')).toBe((last - first) / (24 * HOUR_MS) + 1);
    expect(count('hour')).toBe((last - first) / HOUR_MS + 1);
  });

  it('does not take a zone that there is not', () => {
    expect(() => new Calendar('day', 'Europe/Berln')).toThrow(/zone/);
  });
});
