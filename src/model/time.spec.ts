import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { formatTime, parseTime, secondsBetween } from './time.js';

const YEAR_0 = -62_167_219_200_000;
const YEAR_9999_END = 253_402_300_799_999;
const INSTANT = fc.integer({ min: YEAR_0, max: YEAR_9999_END });

describe('parseTime', () => {
  it.each([
    ['2023-11-25T09:03:46.739Z', '2023-11-25T09:03:46.739Z'],
    ['2023-11-25t09:03:46.739z', '2023-11-25T09:03:46.739Z'],
    ['2023-11-25 09:03:46.739Z', '2023-11-25T09:03:46.739Z'],
    ['2020-02-23T01:00:32Z', '2020-02-23T01:00:32.000Z'],
    ['2019-05-23T14:31:36.007+00:00', '2019-05-23T14:31:36.007Z'],
    ['2019-05-23T14:31:36-00:00', '2019-05-23T14:31:36.000Z'],
    ['2021-09-09T16:19:47.405+0800', '2021-09-09T08:19:47.405Z'],
    ['2021-09-09T16:19:47.405+08:00', '2021-09-09T08:19:47.405Z'],
    ['2021-09-09T16:19:47-03:30', '2021-09-09T19:49:47.000Z'],
    ['2023-12-31T23:59:59.5-01:00', '2024-01-01T00:59:59.500Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['0099-06-01T00:00:00Z', '0099-06-01T00:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
  ])('reads %s', (text, expected) => {
    expect(formatTime(parseTime(text) ?? NaN)).toBe(expected);
  });

  it.each([
    ['2023-11-25T09:03:46.7399Z', '2023-11-25T09:03:46.739Z'],
    ['2023-12-31T23:59:59.999999999999Z', '2023-12-31T23:59:59.999Z'],
    ['2023-11-25T09:03:46.285Z', '2023-11-25T09:03:46.285Z'],
    ['2023-11-25T09:03:46.0009Z', '2023-11-25T09:03:46.000Z'],
    ['1969-12-31T23:59:59.9999Z', '1969-12-31T23:59:59.999Z'],
  ])('drops fractions of a millisecond: %s', (text, expected) => {
    expect(formatTime(parseTime(text) ?? NaN)).toBe(expected);
  });

  it.each([
    '2023-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2023-04-31T00:00:00Z',
    '2023-00-10T00:00:00Z',
    '2023-13-10T00:00:00Z',
    '2023-01-00T00:00:00Z',
    '2023-01-32T00:00:00Z',
    '2023-01-01T24:00:00Z',
    '2023-01-01T00:60:00Z',
    '2023-01-01T00:00:61Z',
    '2023-01-01T00:00:00+24:00',
    '2023-01-01T00:00:00+08:60',
  ])('returns null for %s, which does not exist', (text) => {
    expect(parseTime(text)).toBeNull();
  });

  it.each([
    '',
    'yesterday',
    '2023-01-01',
    '2023-01-01T00:00Z',
    '2023-01-01T00:00:00',
    '2023-01-01T00:00:00.Z',
    '2023-01-01T00:00:00+08',
    '2023-01-01T00:00:00.1234567890123Z',
    ' 2023-01-01T00:00:00Z',
    '2023-01-01T00:00:00Z\n',
    '+02023-01-01T00:00:00Z',
    '1656042837000',
  ])('returns null for "%s", which is not RFC 3339', (text) => {
    expect(parseTime(text)).toBeNull();
  });

  it('reads all that formatTime writes', () => {
    fc.assert(
      fc.property(INSTANT, (epochMs) => {
        expect(parseTime(formatTime(epochMs))).toBe(epochMs);
      }),
    );
  });

  it('reads one instant equally at every offset', () => {
    const offset = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 });
    const instant = fc.integer({ min: YEAR_0 + 86_400_000, max: YEAR_9999_END - 86_400_000 });
    const property = fc.property(instant, offset, fc.constantFrom(':', ''), (epochMs, minutes, colon) => {
      const local = formatTime(epochMs + minutes * 60_000).slice(0, -1);
      const [h, m] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((part) =>
        String(part).padStart(2, '0'),
      ) as [string, string];
      expect(parseTime(`${local}${minutes < 0 ? '-' : '+'}${h}${colon}${m}`)).toBe(epochMs);
    });
    fc.assert(property);
  });
});

describe('formatTime', () => {
  it('writes times that sort like the instants', () => {
    fc.assert(
      fc.property(INSTANT, INSTANT, (a, b) => {
        expect(formatTime(a) < formatTime(b)).toBe(a < b);
      }),
    );
  });

  it.each([YEAR_0 - 1, YEAR_9999_END + 1, NaN, Infinity])('throws for %d', (epochMs) => {
    expect(() => formatTime(epochMs)).toThrow(RangeError);
  });
});

describe('secondsBetween', () => {
  const [EARLY, LATE] = ['2024-05-01T08:00:00.000Z', '2024-05-01T08:00:12.500Z'];
  it.each([
    [EARLY, LATE, 12.5],
    [EARLY, EARLY, 0],
    [LATE, EARLY, 0],
    [null, LATE, null],
    [EARLY, null, null],
    [null, null, null],
  ])('from %s to %s returns %p', (start, end, seconds) => {
    expect(secondsBetween(start, end)).toBe(seconds);
  });
});
