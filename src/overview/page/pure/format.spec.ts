import { describe, expect, it } from 'vitest';
import {
  counted,
  dayOf,
  feedLabel,
  feedParts,
  formatAge,
  formatClock,
  formatDay,
  formatDuration,
  formatTime,
  formatWord,
} from './format.js';

const NOW = Date.parse('2026-11-29T12:00:00Z');

describe('a time', () => {
  it('is shown in the time zone of the reader', () => {
    expect(formatTime('2026-11-28T23:30:05.000Z', 'UTC', NOW)).toBe('28 Nov, 23:30:05');
    expect(formatTime('2026-11-28T23:30:05.000Z', 'Europe/Berlin', NOW)).toBe('29 Nov, 00:30:05');
  });

  it('has its year where that is not the present one', () => {
    expect(formatTime('2025-12-31T23:30:00.000Z', 'UTC', NOW)).toBe('31 Dec 2025, 23:30:00');
    expect(formatTime('2025-12-31T23:30:00.000Z', 'Europe/Berlin', NOW)).toBe('1 Jan, 00:30:00');
  });

  it('of the day has 24 hours', () => {
    expect(formatClock(Date.parse('2026-11-29T00:05:09Z'), 'UTC')).toBe('00:05:09');
  });
});

describe('a day', () => {
  it('is shown with its weekday', () => {
    expect(formatDay('2026-11-29')).toBe('Sun 29 Nov');
  });

  it.each([
    ['2026-11-28T23:30:00Z', 'UTC', '2026-11-28'],
    ['2026-11-28T23:30:00Z', 'Europe/Berlin', '2026-11-29'],
    ['2026-11-28T02:00:00Z', 'America/New_York', '2026-11-27'],
  ])('of %s in %s is %s', (time, timeZone, date) => {
    expect(dayOf(Date.parse(time), timeZone)).toBe(date);
  });
});

it.each([
  [0, '0 s'],
  [0.04, '0.1 s'],
  [0.42, '0.4 s'],
  [59.4, '59 s'],
  [60, '1 min'],
  [61, '1 min 1 s'],
  [3_600, '1 h'],
  [3_659, '1 h'],
  [7_380, '2 h 3 min'],
  [86_400, '1 d'],
  [190_000, '2 d 4 h'],
])('a duration of %d seconds is %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

it.each([
  [-3, '0 s ago'],
  [4.9, '4 s ago'],
  [185, '3 min ago'],
  [7_300, '2 h ago'],
  [200_000, '2 d ago'],
])('an age of %d seconds is %s', (seconds, text) => {
  expect(formatAge(seconds)).toBe(text);
});

it('a word of the API is shown as people write it', () => {
  expect(['NOT_EXPECTED', 'OK', 'FAILED', 'SOMETHING_NEW'].map(formatWord)).toEqual([
    'Not expected',
    'OK',
    'Failed',
    'Something new',
  ]);
});

it('a count agrees with its noun', () => {
  expect([
    counted(0, 'task'),
    counted(1, 'task'),
    counted(7_302, 'task'),
    counted(2, 'entry', 'entries'),
  ]).toEqual(['0 tasks', '1 task', '7,302 tasks', '2 entries']);
});

it('the name of a feed is taken apart, and that of all feeds is said in words', () => {
  expect(feedParts('sources/a/feeds/b')).toEqual({ source: 'a', feed: 'b' });
  expect(['sources/a/feeds/b', 'sources/a/feeds/-', 'odd'].map(feedLabel)).toEqual(['b', 'all feeds', 'odd']);
});
