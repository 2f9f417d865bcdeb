import { describe, expect, it } from 'vitest';
import type { SummaryGroup, TaskSummary } from './api-types.js';
import { failureDays, startOfDays } from './failure-days.js';

const ALL_THERE = { unreachable: [], completeness: { complete: true, completeSince: null, problems: [] } };
const SATURDAY = { start: '2026-11-27T23:00:00.000Z', end: '2026-11-28T23:00:00.000Z' };
const SUNDAY = { start: '2026-11-28T23:00:00.000Z', end: '2026-11-29T23:00:00.000Z' };

function group(status: string, count: number, bucket: SummaryGroup['bucket']): SummaryGroup {
  return { key: { status }, bucket, count };
}

function summary(...groups: SummaryGroup[]): TaskSummary {
  return { ...ALL_THERE, groups, totalSize: 0 };
}

describe('failures by day', () => {
  it('are failed tasks and those that took too long, of all tasks', () => {
    const bucket = { ...SATURDAY, complete: true };
    const days = failureDays(
      summary(group('FAILED', 2, bucket), group('SUCCEEDED', 30, bucket), group('TIMED_OUT', 1, bucket)),
      'Europe/Berlin',
    );
    expect(days).toEqual([{ ...SATURDAY, date: '2026-11-28', failed: 3, all: 33, isSeen: true }]);
  });

  it('come oldest first, and tasks without a day are left out', () => {
    const days = failureDays(
      summary(
        group('FAILED', 1, { ...SUNDAY, complete: true }),
        group('FAILED', 4, { ...SATURDAY, complete: true }),
        group('RUNNING', 9, null),
      ),
      'Europe/Berlin',
    );
    expect(days.map(({ date, failed }) => [date, failed])).toEqual([
      ['2026-11-28', 4],
      ['2026-11-29', 1],
    ]);
  });

  it('of a day that not all feeds cover are marked', () => {
    const days = failureDays(
      summary(
        group('FAILED', 0, { ...SATURDAY, complete: false }),
        group('SUCCEEDED', 4, { ...SATURDAY, complete: false }),
      ),
      'Europe/Berlin',
    );
    expect(days).toMatchObject([{ failed: 0, all: 4, isSeen: false }]);
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
] as const)('at %s the last %d days in %s begin at %s', (...[now, days, timeZone, start]) => {
  expect(startOfDays(Date.parse(now), days, timeZone)).toBe(start);
});
