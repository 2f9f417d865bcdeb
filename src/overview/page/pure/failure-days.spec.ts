import { describe, expect, it } from 'vitest';
import type { SummaryGroup, TaskSummary } from './api-types.js';
import { dayOf } from './format.js';
import { failureDays, lastDays } from './failure-days.js';

const COMPLETE = { complete: true, completeSince: '2026-11-27T23:00:00.000Z', problems: [] };
const SATURDAY = { start: '2026-11-27T23:00:00.000Z', end: '2026-11-28T23:00:00.000Z' };
const SUNDAY = { start: '2026-11-28T23:00:00.000Z', end: '2026-11-29T23:00:00.000Z' };

function group(status: string, count: number, bucket: SummaryGroup['bucket']): SummaryGroup {
  return { key: { status }, bucket, count };
}

const DAYS = [
  { date: '2026-11-28', ...SATURDAY },
  { date: '2026-11-29', ...SUNDAY },
];

function summary(
  groups: readonly SummaryGroup[],
  completeness: TaskSummary['completeness'] = COMPLETE,
): TaskSummary {
  return { unreachable: [], completeness, groups, totalSize: 0 };
}

describe('failures by day', () => {
  it('are failed tasks and those that took too long, of all tasks', () => {
    const bucket = { ...SATURDAY, complete: true };
    const groups = [
      group('FAILED', 2, bucket),
      group('SUCCEEDED', 30, bucket),
      group('TIMED_OUT', 1, bucket),
    ];
    const [saturday] = failureDays(summary(groups), DAYS);
    expect(saturday).toEqual({ ...SATURDAY, date: '2026-11-28', failed: 3, all: 33, isSeen: true });
  });

  it('are of all days that are shown; tasks of no day or of another are left out', () => {
    const groups = [
      group('FAILED', 1, { ...SUNDAY, complete: true }),
      group('RUNNING', 9, null),
      group('FAILED', 4, { start: SUNDAY.end, end: '2026-11-30T23:00:00.000Z', complete: true }),
    ];
    const days = failureDays(summary(groups), DAYS);
    expect(days.map(({ date, failed, all }) => [date, failed, all])).toEqual([
      ['2026-11-28', 0, 0],
      ['2026-11-29', 1, 1],
    ]);
  });

  it('of a day that not all feeds cover are marked', () => {
    const bucket = { ...SATURDAY, complete: false };
    const days = failureDays(summary([group('FAILED', 0, bucket), group('SUCCEEDED', 4, bucket)]), DAYS);
    expect(days[0]).toMatchObject({ failed: 0, all: 4, isSeen: false });
  });

  it('of a day without tasks are marked where it is not covered', () => {
    const seen = (completeness: Partial<TaskSummary['completeness']>): boolean[] =>
      failureDays(summary([], { ...COMPLETE, ...completeness }), DAYS).map(({ isSeen }) => isSeen);
    expect(seen({})).toEqual([true, true]);
    expect(seen({ completeSince: '2026-11-27T23:00:00.001Z' })).toEqual([false, true]);
    expect(seen({ completeSince: null })).toEqual([false, false]);
    expect(seen({ complete: false })).toEqual([false, false]);
  });
});

it.each([
  ['2026-11-29T12:00:00Z', 1, 'UTC', '2026-11-29T00:00:00.000Z'],
  ['2026-11-29T12:00:00Z', 30, 'UTC', '2026-10-31T00:00:00.000Z'],
  ['2026-11-28T23:30:00Z', 1, 'Europe/Berlin', '2026-11-28T23:00:00.000Z'],
  // The clocks are set back in between.
  ['2026-11-10T12:00:00Z', 30, 'Europe/Berlin', '2026-10-11T22:00:00.000Z'],
  ['2026-11-29T12:00:00Z', 1, 'Pacific/Kiritimati', '2026-11-29T10:00:00.000Z'],
  ['2026-11-29T12:00:00Z', 1, 'Pacific/Pago_Pago', '2026-11-29T11:00:00.000Z'],
] as const)('at %s the last %d days in %s begin at %s', (...[now, count, timeZone, start]) => {
  const today = dayOf(Date.parse(now), timeZone);
  const days = lastDays(today, count, timeZone);
  expect(days).toHaveLength(count);
  expect([days[0]?.start, days.at(-1)?.date]).toEqual([start, today]);
  expect(days.slice(1).map((day) => day.start)).toEqual(days.slice(0, -1).map((day) => day.end));
});

it('a date that a zone has left out is no day', () => {
  const dates = lastDays('2011-12-31', 3, 'Pacific/Apia').map(({ date }) => date);
  expect(dates).toEqual(['2011-12-29', '2011-12-31']);
});
