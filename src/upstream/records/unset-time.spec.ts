import { describe, expect, it } from 'vitest';
import { DriftLog } from '@/model/drift.js';
import { parseGoTime } from '@/providers/huawei-cce/go-time.js';
import { Fields, rawObject } from './raw.js';

/** The time, and the drift that came of it. */
function read(value: unknown, parse?: (value: string | number) => number | null): object {
  const drift = new DriftLog();
  const object = rawObject({ at: value });
  if (object === null) throw new Error('no object');
  const fields = new Fields(object, drift);
  return { time: parse === undefined ? fields.rfc3339('at') : fields.time('at', parse), drift: drift.counts };
}

const goTime = (value: string | number): number | null =>
  typeof value === 'string' ? parseGoTime(value) : null;

const WORDS = [null, undefined, '', ' ', 0, '0', -1, '-1', '-', '--', 'null', 'NULL', 'nil', 'none', 'N/A'];

describe('a time that is not set', () => {
  it.each([
    ...WORDS,
    '0001-01-01T00:00:00Z',
    '0001-01-01T00:00:00.000+08:00',
    '0001-01-01T08:05:43+08:05',
    '0000-00-00T00:00:00Z',
    '0000-00-00 00:00:00',
    '0001-01-01 00:00:00 +0000 UTC',
    '1970-01-01 08:00:00',
    '1970-01-01 08:00:00 +0800 CST',
    '1969-12-31 19:00:00.000',
    '1970-01-01T00:00:00Z',
    '1970-01-01T08:00:00.000+0800',
    '1969-12-31T19:00:00-05:00',
    '1970-01-01T00:00:00+08:00',
    '1970-01-01T00:00:00-05:00',
    '1970-01-01T00:00:00+05:30',
  ])('is null, without drift: %j', (value) => {
    expect(read(value)).toEqual({ time: null, drift: {} });
  });

  it.each([
    ...WORDS,
    '0001-01-01 00:00:00 +0000 UTC',
    '0001-01-01 08:05:43 +0805 LMT',
    '1970-01-01 08:00:00 +0800 CST',
    '1970-01-01 00:00:00 +0800 CST',
  ])('is null, without drift, as Go writes it: %j', (value) => {
    expect(read(value, goTime)).toEqual({ time: null, drift: {} });
  });

  it.each([0, -62_135_596_800])('is null, without drift, as a number: %d', (value) => {
    expect(read(value, (seconds) => Number(seconds) * 1000)).toEqual({ time: null, drift: {} });
  });

  it.each([
    ['1970-01-01T00:00:00.001Z', '1970-01-01T00:00:00.001Z'],
    ['1970-01-02T00:00:00Z', '1970-01-02T00:00:00.000Z'],
    ['2021-09-09T16:19:47.405+0800', '2021-09-09T08:19:47.405Z'],
  ])('is not %s', (value, time) => {
    expect(read(value)).toEqual({ time, drift: {} });
  });

  it.each(['yesterday', 'zero', true, 17, '1970-01-01 08:00:01', '1970-01-02'])(
    'is not %j, which cannot be read',
    (value) => {
      expect(read(value)).toEqual({ time: null, drift: { unreadableTime: 1 } });
    },
  );
});
