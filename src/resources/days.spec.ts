import { describe, expect, it } from 'vitest';
import { NO_PROTECTION, type Expectation } from '@/model/expectation.js';
import type { SourceStatus } from '@/model/collection.js';
import { COVERED_SINCE_EVER } from '@/model/provider.js';
import type { Task } from '@/model/task.js';
import { rowOf } from '../../test/support/rows.js';
import { snapshotOf } from '../../test/support/snapshots.js';
import { assess } from '../../test/support/assess.js';
import { Assessor } from './assessor.js';
import { calendarDays } from './calendar-days.js';
import { dayCells, type DayCell, type DayState } from './days.js';
import { RuleBook } from './rule-book.js';

const HOUR_MS = 3_600_000;
const NOW = '2026-11-29T12:00:00.000Z';
const FEED = 'sources/cbr/feeds/operation-logs';

const NIGHTLY: Expectation = {
  name: 'nightly',
  match: {},
  rhythm: { kind: 'schedule', cron: '0 2 * * *', timeZone: 'UTC', graceMs: 2 * HOUR_MS },
  taskTypes: ['BACKUP'],
  failuresInARow: null,
  maxDurationMs: null,
  warningsCountAs: 'success',
  maxBlindMs: HOUR_MS,
};

interface World {
  readonly rule?: Partial<Expectation> | null;
  readonly coveredSince?: string | null;
  readonly fetchTime?: string;
  readonly exclusions?: (typeof NO_PROTECTION)['exclusions'];
  readonly maintenance?: (typeof NO_PROTECTION)['maintenance'];
}

/** The last days of the one resource of a feed with these tasks. */
async function cellsOf(tasks: readonly Task[], count: number, world: World = {}): Promise<DayCell[]> {
  const { rule = {}, coveredSince = '2026-01-01T00:00:00.000Z', fetchTime = NOW } = world;
  const rules = new RuleBook({
    ...NO_PROTECTION,
    ...{ exclusions: world.exclusions ?? [], maintenance: world.maintenance ?? [] },
    expectations: rule === null ? [] : [{ ...NIGHTLY, ...rule }],
    resources: [{ source: 'cbr', type: 'server', id: 'a', name: 'a' }],
  });
  const snapshot = {
    ...snapshotOf(
      FEED,
      tasks.map((task) => ({ task, raw: {} })),
    ),
    fetchTimeMs: Date.parse(fetchTime),
    coveredSince,
  };
  const isStale = fetchTime !== NOW;
  const problem = isStale
    ? ({ feed: FEED, state: 'STALE', reason: 'TIMEOUT', lastSuccessTimeMs: null } as const)
    : null;
  const assessed = await assess(
    new Assessor(rules, []),
    {
      answer: {
        feeds: [{ feed: FEED, snapshot, agesFrom: null, problem, freshForMs: 1 }],
        ...{ waitedFor: null, collapsed: false },
      },
      listed: new Map(),
      sources: [
        { id: 'cbr', provider: 'huawei-cbr', region: null, projectId: null, feeds: [] },
      ] as unknown as SourceStatus[],
    },
    { timeMs: Date.parse(NOW), isPast: false },
  );
  const days = calendarDays('UTC', count, Date.parse(NOW));
  return assessed.flatMap((each) => dayCells(each, days));
}

async function statesOf(...world: Parameters<typeof cellsOf>): Promise<DayState[]> {
  return (await cellsOf(...world)).map(({ state }) => state);
}

let key = 0;
function taskAt(endTime: string, changes: Partial<Task> = {}): Task {
  key += 1;
  return {
    ...rowOf(key).task,
    ...{ id: `cbr.${key}`, source: 'cbr', feed: FEED, resource: { type: 'server', id: 'a', name: 'a' } },
    ...{ createTime: endTime, startTime: endTime, endTime, updateTime: endTime },
    ...changes,
  };
}

describe('dayCells', () => {
  it('shows the last outcome of each day', async () => {
    const tasks = [
      taskAt('2026-11-26T02:10:00.000Z'),
      taskAt('2026-11-26T03:10:00.000Z', { status: 'FAILED' }),
      taskAt('2026-11-27T02:10:00.000Z', { status: 'FAILED' }),
      taskAt('2026-11-27T03:10:00.000Z'),
      taskAt('2026-11-28T02:10:00.000Z', { warnings: [{ code: null, message: 'm' }] }),
      taskAt('2026-11-29T02:10:00.000Z', { status: 'RUNNING', endTime: null }),
    ];
    expect(await statesOf(tasks, 4)).toEqual(['FAILED', 'SUCCEEDED', 'WARNING', 'RUNNING']);
  });

  it('gives a task to the day of its end', async () => {
    const long = { createTime: '2026-11-27T02:00:00.000Z', startTime: '2026-11-27T02:00:00.000Z' };
    const tasks = [taskAt('2026-11-26T02:10:00.000Z'), taskAt('2026-11-28T01:00:00.000Z', long)];
    expect(await statesOf(tasks, 3)).toEqual(['MISSED', 'SUCCEEDED', 'MISSED']);
  });

  it('knows the days on which a run was missed, and those before the first task', async () => {
    const tasks = [taskAt('2026-11-26T02:10:00.000Z'), taskAt('2026-11-28T02:10:00.000Z')];
    expect(await statesOf(tasks, 5)).toEqual(['NONE', 'SUCCEEDED', 'MISSED', 'SUCCEEDED', 'MISSED']);
  });

  it('misses each day of what was never backed up', async () => {
    expect(await statesOf([], 3)).toEqual(['MISSED', 'MISSED', 'MISSED']);
  });

  it('misses no day on which nothing was due', async () => {
    const weekly = { rhythm: { ...NIGHTLY.rhythm, cron: '0 2 * * thu' } as Expectation['rhythm'] };
    const tasks = [taskAt('2026-11-26T02:10:00.000Z')];
    expect(await statesOf(tasks, 4, { rule: weekly })).toEqual(['SUCCEEDED', 'NONE', 'NONE', 'NONE']);
    expect(await statesOf(tasks, 4, { rule: null })).toEqual(['SUCCEEDED', 'NONE', 'NONE', 'NONE']);
  });

  it('misses the day of a run in the evening whose grace ends on the day after', async () => {
    const evening = { rhythm: { ...NIGHTLY.rhythm, cron: '0 23 * * fri' } as Expectation['rhythm'] };
    const tasks = [taskAt('2026-11-20T23:30:00.000Z'), taskAt('2026-11-28T09:00:00.000Z')];
    // The run of Friday the 27th ended too late.
    expect(await statesOf(tasks, 3, { rule: evening })).toEqual(['MISSED', 'SUCCEEDED', 'NONE']);
    const inTime = [...tasks, taskAt('2026-11-28T00:30:00.000Z')];
    expect(await statesOf(inTime, 3, { rule: evening })).toEqual(['NONE', 'SUCCEEDED', 'NONE']);
  });

  it('does not know days that were not seen', async () => {
    const tasks = [taskAt('2026-11-26T02:10:00.000Z')];
    const short = { coveredSince: '2026-11-26T01:00:00.000Z' };
    expect(await statesOf(tasks, 4, short)).toEqual(['SUCCEEDED', 'MISSED', 'MISSED', 'MISSED']);
    const shorter = { coveredSince: '2026-11-27T01:00:00.000Z' };
    expect(await statesOf(tasks, 4, shorter)).toEqual(['SUCCEEDED', 'UNKNOWN', 'MISSED', 'MISSED']);
    expect(await statesOf(tasks, 4, { coveredSince: null })).toEqual([
      'SUCCEEDED',
      'UNKNOWN',
      'UNKNOWN',
      'UNKNOWN',
    ]);
    const stale = { fetchTime: '2026-11-28T01:00:00.000Z' };
    expect(await statesOf(tasks, 4, stale)).toEqual(['SUCCEEDED', 'MISSED', 'UNKNOWN', 'UNKNOWN']);
  });

  it('expects nothing while a resource is excluded or in maintenance', async () => {
    const tasks = [taskAt('2026-11-25T02:10:00.000Z')];
    const exclusions = [{ match: {}, reason: 'r', untilMs: Date.parse('2026-11-28T00:00:00.000Z') }];
    expect(await statesOf(tasks, 4, { exclusions })).toEqual(['NONE', 'NONE', 'MISSED', 'MISSED']);
    const maintenance = [
      {
        match: {},
        fromMs: Date.parse('2026-11-26T00:00:00Z'),
        toMs: Date.parse('2026-11-28T00:00:00Z'),
        reason: 'r',
      },
    ];
    expect(await statesOf(tasks, 4, { maintenance })).toEqual(['NONE', 'NONE', 'MISSED', 'MISSED']);
  });
});

describe('dayCells of a stream', () => {
  const rule: Partial<Expectation> = {
    ...{ rhythm: { kind: 'continuous', lagBelowMs: HOUR_MS }, taskTypes: ['CONTINUOUS_LOG_BACKUP'] },
  };
  const world: World = { rule, coveredSince: COVERED_SINCE_EVER };
  const streamAt = (createTime: string, changes: Partial<Task> = {}): Task =>
    taskAt(createTime, {
      ...{ type: 'CONTINUOUS_LOG_BACKUP', status: 'RUNNING', endTime: null, checkpointTime: NOW },
      ...changes,
    });
  const lagging = { checkpointTime: '2026-11-29T10:00:00.000Z' };

  it.each<[when: string, changes: Partial<Task>, today: DayState]>([
    ['is OK', {}, 'RUNNING'],
    ['is VIOLATED, LAGGING', lagging, 'MISSED'],
    ['is VIOLATED, STOPPED', { status: 'STOPPED' }, 'MISSED'],
    [
      'is VIOLATED, FAILING since today',
      { status: 'FAILED', updateTime: '2026-11-29T08:00:00.000Z' },
      'FAILED',
    ],
    ['is UNKNOWN', { checkpointTime: null }, 'UNKNOWN'],
  ])(
    'tells today what the verdict tells where it %s, and of earlier days what is known',
    async (_, changes, today) => {
      const stream = streamAt('2026-11-26T08:00:00.000Z', changes);
      const states = await statesOf([stream], 5, world);
      // A stream that is stopped or failed tells no more of the day on which it was created.
      const created = changes.status === undefined ? 'RUNNING' : 'UNKNOWN';
      expect(states).toEqual(['NONE', created, 'UNKNOWN', 'UNKNOWN', today]);
    },
  );

  it('tells today what the verdict tells, also of a stream that was created today', async () => {
    const created = '2026-11-29T08:00:00.000Z';
    expect(await statesOf([streamAt(created)], 2, world)).toEqual(['NONE', 'RUNNING']);
    expect(await statesOf([streamAt(created, lagging)], 2, world)).toEqual(['NONE', 'MISSED']);
  });

  it('names the task of the stream that runs', async () => {
    const stream = streamAt('2026-11-26T08:00:00.000Z');
    expect((await cellsOf([stream], 1, world))[0]).toMatchObject({
      state: 'RUNNING',
      taskId: stream.id,
      count: 0,
    });
  });

  it('misses each day without a stream, and expects nothing while the resource is excluded', async () => {
    expect(await statesOf([], 2, world)).toEqual(['MISSED', 'MISSED']);
    const exclusions = [{ match: {}, reason: 'r', untilMs: null }];
    const stream = streamAt('2026-11-26T08:00:00.000Z');
    expect(await statesOf([stream], 2, { ...world, exclusions })).toEqual(['NONE', 'NONE']);
  });
});

describe('calendarDays', () => {
  it.each([
    ['Europe/Berlin', '2026-10-25T12:00:00Z', [24, 25]],
    ['Europe/Berlin', '2026-03-29T12:00:00Z', [24, 23]],
    // No midnight: the day begins at one o'clock.
    ['America/Sao_Paulo', '2018-11-04T12:00:00Z', [24, 23]],
    ['Australia/Lord_Howe', '2026-10-04T06:00:00Z', [24, 23.5]],
    ['Asia/Kolkata', '2026-11-29T20:00:00Z', [24, 24]],
  ])('gives the days of %s up to %s their lengths', (zone, time, hours) => {
    const days = calendarDays(zone, 2, Date.parse(time));
    expect(days.map(({ startMs, endMs }) => (endMs - startMs) / HOUR_MS)).toEqual(hours);
    const [before, today] = days;
    expect(today?.startMs).toBe(before?.endMs);
    expect(today?.startMs).toBeLessThanOrEqual(Date.parse(time));
    expect(today?.endMs).toBeGreaterThan(Date.parse(time));
  });

  it.each([
    ['0002-01-01T12:00:00Z', ['0001-12-31', '0002-01-01']],
    ['0001-01-01T12:00:00Z', ['0000-12-31', '0001-01-01']],
    ['1582-10-10T12:00:00Z', ['1582-10-09', '1582-10-10']],
    ['9999-12-31T23:00:00Z', ['9999-12-30', '9999-12-31']],
  ])('names the days up to %s with years of four digits', (time, dates) => {
    expect(calendarDays('UTC', 2, Date.parse(time)).map(({ date }) => date)).toEqual(dates);
  });
});
