import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { DriftLog } from '@/model/drift.js';
import { formatTime } from '@/model/time.js';
import { Fields, type RawObject } from '@/upstream/records/raw.js';
import { parseGoTime, readGoTime } from './go-time.js';

interface Written {
  readonly epochSeconds: number;
  /** Nine digits. */
  readonly nanoseconds: string;
  readonly offsetMinutes: number;
  readonly tail: string;
}

/** As Go's `time.Time.String()` writes an instant: trailing zeros of the fraction dropped. */
function writeGoTime({ epochSeconds, nanoseconds, offsetMinutes, tail }: Written): string {
  const local = new Date((epochSeconds + offsetMinutes * 60) * 1000).toISOString();
  const digits = nanoseconds.replace(/0+$/, '');
  const fraction = digits === '' ? '' : `.${digits}`;
  const [hours, minutes] = [Math.trunc(Math.abs(offsetMinutes) / 60), Math.abs(offsetMinutes) % 60];
  const offset = [hours, minutes].map((part) => String(part).padStart(2, '0')).join('');
  const sign = offsetMinutes < 0 ? '-' : '+';
  return `${local.slice(0, 10)} ${local.slice(11, 19)}${fraction} ${sign}${offset}${tail}`;
}

function read(value: unknown): { time: string | null; drift: object } {
  const drift = new DriftLog();
  return {
    time: readGoTime(new Fields({ at: value } as unknown as RawObject, drift), 'at'),
    drift: drift.counts,
  };
}

describe('parseGoTime', () => {
  it.each([
    ['2023-11-25 17:03:46.739012 +0800 CST', '2023-11-25T09:03:46.739Z'],
    ['2023-11-25 17:03:46.739012 +0800 CST m=+0.000073523', '2023-11-25T09:03:46.739Z'],
    ['2023-11-25 17:03:46.739012 +0800 m=-12.5', '2023-11-25T09:03:46.739Z'],
    ['2020-02-02 03:48:58.968214406 +0000 UTC', '2020-02-02T03:48:58.968Z'],
    ['2023-11-25 17:03:46 +0800 CST', '2023-11-25T09:03:46.000Z'],
    ['2023-11-25 17:03:46.7 -0330 NST', '2023-11-25T20:33:46.700Z'],
    ['2023-11-25 17:03:46 -0300 -03', '2023-11-25T20:03:46.000Z'],
    ['2023-11-25 17:03:46 +0800', '2023-11-25T09:03:46.000Z'],
    ['2023-12-31 23:59:59.999999999 -0600 CST', '2024-01-01T05:59:59.999Z'],
    ['2023-11-25T09:03:46.739Z', '2023-11-25T09:03:46.739Z'],
    ['2023-11-25T17:03:46+08:00', '2023-11-25T09:03:46.000Z'],
  ])('reads %s', (text, expected) => {
    expect(formatTime(parseGoTime(text) ?? NaN)).toBe(expected);
  });

  it.each([
    '',
    'yesterday',
    '2023-11-25',
    '2023-11-25 17:03:46 CST',
    '2023-02-30 17:03:46 +0800 CST',
    '2023-11-25 24:03:46 +0800 CST',
    '2023-11-25 17:03:46 +9900 CST',
    '2023-11-25 17:03:46.1234567890 +0800 CST',
    '2023-11-25 17:03:46 +0800 China Standard Time',
  ])('returns null for "%s"', (text) => {
    expect(parseGoTime(text)).toBeNull();
  });

  it('reads every instant at every offset, whatever the abbreviation', () => {
    const written = fc.record({
      epochSeconds: fc.integer({ min: -2_000_000_000, max: 250_000_000_000 }),
      nanoseconds: fc.nat(999_999_999).map((nanoseconds) => String(nanoseconds).padStart(9, '0')),
      offsetMinutes: fc.integer({ min: -14 * 60, max: 14 * 60 }),
      tail: fc.constantFrom('', ' CST', ' UTC', ' -03', ' EST m=+0.000073523', ' m=+17.5'),
    });
    const property = fc.property(written, (instant) => {
      const milliseconds = instant.epochSeconds * 1000 + Number(instant.nanoseconds.slice(0, 3));
      expect(parseGoTime(writeGoTime(instant))).toBe(milliseconds);
    });
    fc.assert(property);
  });
});

describe('readGoTime', () => {
  it.each(['0001-01-01 00:00:00 +0000 UTC', '0001-01-01T00:00:00Z', '0001-01-01 08:00:00 +0800 CST'])(
    'treats the zero time as not set: %s',
    (text) => {
      expect(read(text)).toEqual({ time: null, drift: {} });
    },
  );

  it.each([undefined, null, ''])('treats %p as not set', (value) => {
    expect(read(value)).toEqual({ time: null, drift: {} });
  });

  it.each(['yesterday', 1700903026739, {}])('notes %p as drift', (value) => {
    expect(read(value)).toEqual({ time: null, drift: { unreadableTime: 1 } });
  });
});
