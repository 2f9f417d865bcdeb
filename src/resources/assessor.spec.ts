import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { NO_PROTECTION, type Expectation, type ProtectionConfig } from '@/model/expectation.js';
import type { ListedResource } from '@/model/listed-resource.js';
import { COVERED_SINCE_EVER } from '@/model/provider.js';
import type { Snapshot } from '@/model/snapshot.js';
import { resourceIdOf } from '@/model/task-id.js';
import type { Task } from '@/model/task.js';
import { heldOf } from '../../test/support/garbage.js';
import { nextSnapshot, snapshotOf } from '../../test/support/snapshots.js';
import { rowOf } from '../../test/support/rows.js';
import { assess, inputOf } from '../../test/support/assess.js';
import { Assessor, type AssessmentInput } from './assessor.js';
import { RuleBook } from './rule-book.js';
import { showResource } from './show-resource.js';
import type { Assessment } from './source-judge.js';

const HOUR_MS = 3_600_000;
const NOW_MS = Date.parse('2026-11-29T12:00:00.000Z');
const SOURCE = 'cbr';
const FEEDS = ['sources/cbr/feeds/1', 'sources/cbr/feeds/2'] as const;

const NIGHTLY: Expectation = {
  name: 'nightly',
  match: { name: ['prod*'] },
  rhythm: { kind: 'every', everyMs: 24 * HOUR_MS, graceMs: 2 * HOUR_MS },
  taskTypes: ['BACKUP'],
  failuresInARow: 2,
  maxDurationMs: 6 * HOUR_MS,
  warningsCountAs: 'success',
  maxBlindMs: HOUR_MS,
};
const LOG_ARCHIVE: Expectation = {
  ...NIGHTLY,
  ...{ rhythm: { kind: 'continuous', lagBelowMs: HOUR_MS }, taskTypes: ['CONTINUOUS_LOG_BACKUP'] },
};
const PROTECTION: ProtectionConfig = {
  ...NO_PROTECTION,
  expectations: [NIGHTLY],
  resources: [{ source: SOURCE, type: 'server', id: 'never', name: 'prod-never' }],
};

/** Hours before now; negative is after it. */
const hoursAgo = fc.integer({ min: -3, max: 72 });

const task: fc.Arbitrary<Task> = fc
  .record({
    key: fc.integer({ min: 0, max: 60 }),
    feed: fc.constantFrom(...FEEDS),
    resource: fc.constantFrom('prod-a', 'prod-b', 'test-c'),
    type: fc.constantFrom('BACKUP' as const, 'RESTORE' as const, 'REMOVE_RESOURCE' as const),
    status: fc.constantFrom('RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'PENDING', 'STOPPED'),
    begun: hoursAgo,
    took: fc.integer({ min: 0, max: 5 }),
    warnings: fc.constantFrom([], [{ code: null, message: 'm' }]),
  })
  .map(({ key, feed, resource, begun, took, ...rest }) => {
    const createTime = timeAt(begun);
    const isEnded = rest.status !== 'RUNNING' && rest.status !== 'PENDING';
    const endTime = isEnded ? timeAt(begun - took) : null;
    return {
      ...rowOf(key).task,
      ...{ id: `${SOURCE}.${key}`, source: SOURCE, feed, ...rest },
      ...{ createTime, startTime: createTime, endTime, updateTime: endTime ?? createTime },
      resource: { type: 'server', id: resource, name: resource },
    };
  });
const tasks = fc.uniqueArray(task, { selector: ({ id }) => id, maxLength: 40, size: 'max' });

function timeAt(hours: number): string {
  return new Date(NOW_MS - hours * HOUR_MS).toISOString();
}

function newAssessor(): Assessor {
  return new Assessor(new RuleBook(PROTECTION), []);
}

function knownOf(snapshots: readonly Snapshot[], listed?: readonly ListedResource[]): AssessmentInput {
  const feeds = snapshots.map((snapshot) => {
    const whole = { ...snapshot, fetchTimeMs: NOW_MS, coveredSince: COVERED_SINCE_EVER };
    return { feed: snapshot.feed.name, snapshot: whole, problem: null };
  });
  return inputOf(SOURCE, feeds, listed);
}

/** Without what belongs to one assessor. */
function plain(assessments: readonly Assessment[]): unknown {
  return assessments
    .map(({ resource, history, judgement, retiredMs }) => ({ ...resource, history, judgement, retiredMs }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

describe('Assessor', () => {
  it('says the same of a changed world as one that sees it for the first time', async () => {
    const step = fc.record({
      which: fc.constantFrom(0, 1),
      now: tasks,
      past: fc.boolean(),
      late: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(tasks, tasks, fc.array(step, { maxLength: 6 }), async (first, second, steps) => {
        const assessor = newAssessor();
        const snapshots = [snapshotOf(FEEDS[0], rowsOf(first)), snapshotOf(FEEDS[1], rowsOf(second))];
        for (const { which, now, past, late } of steps) {
          const earlier = [...snapshots];
          snapshots[which] = nextSnapshot(snapshots[which] ?? snapshotOf(FEEDS[which], []), now);
          const moment = { timeMs: past ? NOW_MS - 30 * HOUR_MS : NOW_MS, isPast: past };
          // A question that began earlier may be answered later.
          for (const asked of late ? [snapshots, earlier] : [snapshots]) {
            const anew = asked.map((snapshot) => ({ ...snapshot, change: null, rows: [...snapshot.rows] }));
            expect(plain(await assess(assessor, knownOf(asked), moment))).toEqual(
              plain(await assess(newAssessor(), knownOf(anew), moment)),
            );
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('tells of each resource what a plain look at its tasks tells', async () => {
    await fc.assert(
      fc.asyncProperty(tasks, fc.boolean(), async (all, isPast) => {
        const moment = { timeMs: NOW_MS, isPast };
        const untilTime = isPast ? timeAt(0) : LATE;
        const assessed = await assess(newAssessor(), knownOf([snapshotOf(FEEDS[0], rowsOf(all))]), moment);
        const byId = new Map(assessed.map((each) => [each.resource.id, each]));
        for (const name of ['prod-a', 'prod-b', 'test-c']) {
          const own = all.filter(
            ({ resource, createTime }) => resource?.id === name && (createTime ?? '') <= untilTime,
          );
          const found = byId.get(resourceIdOf(SOURCE, 'server', name));
          if (all.some(({ resource }) => resource?.id === name)) {
            expect(found?.history).toMatchObject(
              historyByHand(own, name.startsWith('prod') ? ['BACKUP'] : USUAL, untilTime),
            );
          } else expect(found).toBeUndefined();
        }
        expect(byId.get(resourceIdOf(SOURCE, 'server', 'never'))?.judgement).toMatchObject({
          verdict: 'VIOLATED',
          reasons: ['NEVER_RUN'],
        });
      }),
    );
  });

  it('keeps the resources that did not change as they are', async () => {
    const assessor = newAssessor();
    const [a, b] = [taskOf(1, 'prod-a'), taskOf(2, 'prod-b')];
    const before = snapshotOf(FEEDS[0], rowsOf([a, b]));
    const after = nextSnapshot(before, [...before.rows.map(({ task: each }) => each), taskOf(3, 'prod-b')]);
    const moment = { timeMs: NOW_MS, isPast: false };
    const [old, now] = [
      await assess(assessor, knownOf([before]), moment),
      await assess(assessor, knownOf([after]), moment),
    ];
    const resourceIn = (assessed: readonly Assessment[], name: string): unknown =>
      assessed.find(({ resource }) => resource.name === name)?.resource;
    expect(resourceIn(now, 'prod-a')).toBe(resourceIn(old, 'prod-a'));
    expect(resourceIn(now, 'prod-b')).not.toBe(resourceIn(old, 'prod-b'));
  });

  it('holds no task of a source that is not configured any more', async () => {
    const assessor = newAssessor();
    const askOnce = async (): Promise<WeakRef<object>[]> => {
      const rows = rowsOf([taskOf(1, 'prod-a'), taskOf(2, 'prod-b')]);
      await assess(assessor, knownOf([snapshotOf(FEEDS[0], rows)]), { timeMs: NOW_MS, isPast: false });
      return rows.map((row) => new WeakRef(row));
    };
    const seen = await askOnce();
    assessor.keepOnly(new Set(['other']));
    expect(await heldOf(seen)).toBe(0);
  });

  it('shows what is only listed, and by its listed name', async () => {
    const listed: ListedResource = {
      ...{ source: SOURCE, provider: 'huawei-cbr', type: 'server', id: 'idle', name: 'prod-idle' },
      ...{ cluster: null, region: 'here', projectId: 'p' },
    };
    const assessed = await assess(newAssessor(), knownOf([snapshotOf(FEEDS[0], [])], [listed]), {
      timeMs: NOW_MS,
      isPast: false,
    });
    expect(assessed.find(({ resource }) => resource.resourceId === 'idle')).toMatchObject({
      resource: { name: 'prod-idle', region: 'here', rows: [] },
      judgement: { verdict: 'VIOLATED', reasons: ['NEVER_RUN'] },
    });
  });

  it.each(['RUNNING', 'SUCCEEDED', 'REMOVE_RESOURCE'] as const)(
    'counts at the present, and not at a past moment, what is later than T: %s',
    async (what) => {
      const ahead = taskOf(1, 'prod-a', -0.001);
      const changes = {
        RUNNING: { status: 'RUNNING', endTime: null },
        SUCCEEDED: { createTime: timeAt(1) },
        REMOVE_RESOURCE: { type: 'REMOVE_RESOURCE' },
      } as const;
      const rows = rowsOf([{ ...ahead, ...changes[what] }]);
      const find = async (isPast: boolean): Promise<Assessment | null> =>
        newAssessor().find(knownOf([snapshotOf(FEEDS[0], rows)]), resourceIdOf(SOURCE, 'server', 'prod-a'), {
          timeMs: NOW_MS,
          isPast,
        });
      const toldOf = (found: Assessment | null): unknown =>
        ({
          RUNNING: found?.history.runningSinceMs,
          SUCCEEDED: found?.history.lastSuccess?.timeMs,
          REMOVE_RESOURCE: found?.retiredMs,
        })[what];
      expect(toldOf(await find(false))).toBe(Date.parse(timeAt(-0.001)));
      expect(toldOf(await find(true)) ?? null).toBeNull();
    },
  );

  it('takes a checkpoint that is later than T for no lag, but of a past moment knows none', async () => {
    const assessor = new Assessor(new RuleBook({ ...NO_PROTECTION, expectations: [LOG_ARCHIVE] }), []);
    const stream: Task = {
      ...taskOf(1, 'prod-a'),
      ...{ type: 'CONTINUOUS_LOG_BACKUP', status: 'RUNNING', endTime: null, checkpointTime: timeAt(-0.001) },
    };
    const known = knownOf([snapshotOf(FEEDS[0], rowsOf([stream]))]);
    const shownAt = async (isPast: boolean): Promise<unknown> =>
      (await assess(assessor, known, { timeMs: NOW_MS, isPast })).map((each) => showResource(each, null));
    expect(await shownAt(false)).toMatchObject([
      { verdict: 'OK', reasons: [], checkpointTime: timeAt(-0.001), lagSeconds: 0 },
    ]);
    expect(await shownAt(true)).toMatchObject([
      { verdict: 'UNKNOWN', checkpointTime: null, lagSeconds: null },
    ]);
  });

  it.each([0, 1])(
    'judges all of several streams that are the newest, and no older one: %d',
    async (failed) => {
      const assessor = new Assessor(new RuleBook({ ...NO_PROTECTION, expectations: [LOG_ARCHIVE] }), []);
      const stream = { type: 'CONTINUOUS_LOG_BACKUP', endTime: null, checkpointTime: timeAt(0) } as const;
      const streams = [0, 1].map((key): Task => {
        const status = key === failed ? 'FAILED' : 'RUNNING';
        return { ...taskOf(key, 'prod-a'), ...stream, status };
      });
      const older: Task = { ...taskOf(2, 'prod-a', 9), ...stream, status: 'STOPPED' };
      const known = knownOf([snapshotOf(FEEDS[0], rowsOf([...streams, older]))]);
      const assessed = await assess(assessor, known, { timeMs: NOW_MS, isPast: false });
      expect(assessed.map(({ judgement }) => judgement.reasons)).toEqual([['FAILING']]);
    },
  );

  it('knows a resource as retired from its removal until its next task', async () => {
    const removal = { ...taskOf(9, 'prod-a', 10), type: 'REMOVE_RESOURCE' as const };
    const moment = { timeMs: NOW_MS, isPast: false };
    const judged = async (all: readonly Task[], at = moment): Promise<unknown> => {
      const assessed = await assess(newAssessor(), knownOf([snapshotOf(FEEDS[0], rowsOf(all))]), at);
      return assessed.find(({ resource }) => resource.name === 'prod-a')?.judgement.reasons[0];
    };
    expect(await judged([taskOf(1, 'prod-a', 40), removal])).toBe('RETIRED');
    expect(
      await judged([taskOf(1, 'prod-a', 40), removal], { timeMs: NOW_MS - 20 * HOUR_MS, isPast: true }),
    ).toBeUndefined();
    expect(await judged([taskOf(1, 'prod-a', 40), { ...removal, status: 'FAILED' }])).toBe('OVERDUE');
    expect(await judged([taskOf(1, 'prod-a', 5), removal])).toBeUndefined();
  });
});

/** Later than any task here. */
const LATE = timeAt(-100);

const USUAL = ['LOG_BACKUP', 'CLUSTER_SNAPSHOT', 'BACKUP'];

function rowsOf(all: readonly Task[]): { task: Task; raw: object }[] {
  return all.map((each) => ({ task: each, raw: {} }));
}

/** A success that began and ended so many hours ago. */
function taskOf(key: number, name: string, hours = 1): Task {
  const time = timeAt(hours);
  return {
    ...rowOf(key).task,
    ...{ id: `${SOURCE}.${key}`, source: SOURCE, feed: FEEDS[0] },
    ...{ createTime: time, startTime: time, endTime: time, updateTime: time },
    resource: { type: 'server', id: name, name },
  };
}

/** The words of the contract, spelled out. */
function historyByHand(own: readonly Task[], types: readonly string[], now: string): object {
  const counted = own.filter(({ type }) => types.includes(type));
  const isEnded = ({ endTime }: Task): boolean => endTime !== null && endTime <= now;
  const successes = counted.filter((each) => each.status === 'SUCCEEDED' && isEnded(each));
  const failures = counted.filter((each) => ['FAILED', 'TIMED_OUT'].includes(each.status) && isEnded(each));
  const newest = (list: readonly Task[]): string =>
    list
      .map(({ endTime }) => endTime ?? '')
      .sort()
      .at(-1) ?? '';
  const running = counted.filter(
    ({ status, endTime }) => status === 'RUNNING' || (endTime !== null && endTime > now),
  );
  const since = running.map(({ startTime }) => startTime ?? '').sort()[0];
  return {
    lastSuccess: successes.length === 0 ? null : { timeMs: Date.parse(newest(successes)) },
    lastFailure: failures.length === 0 ? null : { timeMs: Date.parse(newest(failures)) },
    failuresSinceSuccess: failures.filter(({ endTime }) => (endTime ?? '') > newest(successes)).length,
    runningSinceMs: since === undefined ? null : Date.parse(since),
    taskCount: counted.length,
  };
}
