import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { ProblemState } from '@/model/collection.js';
import { NO_PROTECTION, type Expectation, type ProtectionConfig } from '@/model/expectation.js';
import { COVERED_SINCE_EVER } from '@/model/provider.js';
import type { Snapshot } from '@/model/snapshot.js';
import type { ProviderSettings } from '@/model/source.js';
import type { Task, TaskRow } from '@/model/task.js';
import { inputOf } from '../../test/support/assess.js';
import { rowOf } from '../../test/support/rows.js';
import { nextSnapshot, snapshotOf } from '../../test/support/snapshots.js';
import { Assessor, type AssessmentInput } from './assessor.js';
import { RuleBook } from './rule-book.js';
import type { Assessment, Judged } from './source-judge.js';
import { REASONS } from './verdict.js';

const HOUR_MS = 3_600_000;
/** Tells the vault of a task by its destination. */
const CBR = {
  settings: { id: 'huawei-cbr' } as ProviderSettings,
  vaultOf: ({ task }: TaskRow) => ({ id: task.destination, name: null }),
};
const START_MS = Date.parse('2026-10-24T12:00:00.000Z');
const SOURCE = 'cbr';
const FEEDS = ['sources/cbr/feeds/1', 'sources/cbr/feeds/2'] as const;
const NAMES = ['every', 'nightly', 'stream', 'seldom', 'other'];

const USUAL: Omit<Expectation, 'name' | 'match' | 'rhythm'> = {
  taskTypes: ['BACKUP'],
  failuresInARow: 2,
  maxDurationMs: 3 * HOUR_MS,
  warningsCountAs: 'success',
  maxBlindMs: 40 * HOUR_MS,
};
const EXPECTATIONS: readonly Expectation[] = [
  {
    ...{ ...USUAL, name: 'every', match: { name: ['every'] } },
    rhythm: { kind: 'every', everyMs: 6 * HOUR_MS, graceMs: HOUR_MS },
  },
  {
    ...{ ...USUAL, name: 'nightly', match: { name: ['nightly'] } },
    rhythm: { kind: 'schedule', cron: '0 2 * * *', timeZone: 'Europe/Berlin', graceMs: 2 * HOUR_MS },
  },
  {
    ...{
      ...USUAL,
      name: 'stream',
      match: { name: ['stream'] },
      taskTypes: ['CONTINUOUS_LOG_BACKUP'],
    },
    rhythm: { kind: 'continuous', lagBelowMs: 2 * HOUR_MS },
  },
  {
    ...{ ...USUAL, name: 'seldom', match: { name: ['seldom'] }, maxBlindMs: 6 * HOUR_MS },
    rhythm: { kind: 'every', everyMs: 48 * HOUR_MS, graceMs: HOUR_MS },
  },
];

/** Hours since the start of the world; a millisecond off now and then, for the sake of borders. */
const moment = fc
  .tuple(fc.integer({ min: -12, max: 60 }), fc.constantFrom(-1, 0, 0, 0, 1))
  .map(([hours, ms]) => START_MS + hours * HOUR_MS + ms);

const span = fc.tuple(moment, moment).map(([a, b]) => ({ fromMs: Math.min(a, b), toMs: Math.max(a, b) + 1 }));
const someNames = fc.subarray(NAMES, { minLength: 1, maxLength: 2 });
const protection: fc.Arbitrary<ProtectionConfig> = fc.record({
  expectations: fc.constant(EXPECTATIONS),
  resources: fc.constant(NAMES.map((name) => ({ source: SOURCE, type: 'server', id: name, name }))),
  exclusions: fc.array(
    fc.record({ match: fc.record({ name: someNames }), untilMs: moment, reason: fc.constant('moved') }),
    { maxLength: 1 },
  ),
  maintenance: fc.array(
    fc
      .record({ match: fc.record({ name: someNames }), when: span })
      .map(({ match, when }) => ({ match, ...when, reason: 'freeze' })),
    { maxLength: 2 },
  ),
});

const TYPES = [
  ...[
    'BACKUP',
    'BACKUP',
    'BACKUP',
    'CONTINUOUS_LOG_BACKUP',
    'CONTINUOUS_LOG_BACKUP',
    'REMOVE_RESOURCE',
    'VAULT_DELETE',
  ],
] as readonly Task['type'][];

const task: fc.Arbitrary<Task> = fc
  .record({
    key: fc.integer({ min: 0, max: 40 }),
    name: fc.constantFrom(...NAMES),
    type: fc.constantFrom(...TYPES),
    status: fc.constantFrom('RUNNING', 'SUCCEEDED', 'SUCCEEDED', 'FAILED', 'STOPPED'),
    begunMs: fc.integer({ min: -12, max: 12 }).map((hours) => START_MS + hours * HOUR_MS),
    took: fc.integer({ min: 0, max: 5 }),
    checkpointMs: fc.option(moment, { nil: null }),
    warnings: fc.constantFrom([], [{ code: null, message: 'm' }]),
  })
  .map(({ key, name, begunMs, took, checkpointMs, ...rest }): Task => {
    const createTime = timeOf(begunMs);
    const endTime = rest.status === 'RUNNING' ? null : timeOf(begunMs + took * HOUR_MS);
    return {
      ...rowOf(key).task,
      ...{ ...rest, id: `${SOURCE}.${key}`, source: SOURCE },
      ...{ createTime, startTime: createTime, endTime, updateTime: endTime ?? createTime },
      checkpointTime: checkpointMs === null ? null : timeOf(checkpointMs),
      ...{ resource: { type: 'server', id: name, name }, destination: 'vault' },
    };
  });
const tasks = fc.uniqueArray(task, { selector: ({ id }) => id, maxLength: 12, size: 'max' });

/** What is known of a feed. */
interface FeedState {
  readonly snapshot: Snapshot | null;
  readonly state: ProblemState | null;
}

/** What happens to a feed: it is read again, with other tasks, one more or the same; it fails; or nothing is known of it any more. */
type Event = (before: FeedState, nowMs: number) => FeedState;

const event: fc.Arbitrary<Event> = fc.oneof(
  tasks.map((now) => (before: FeedState, nowMs: number) => ({
    snapshot: readAt(nowMs, nextSnapshot(before.snapshot ?? snapshotOf(FEEDS[0], []), now)),
    state: null,
  })),
  task.map((added) => ({ snapshot, state }: FeedState) => ({
    snapshot: snapshot && nextSnapshot(snapshot, [...tasksBut(snapshot, added), added]),
    state,
  })),
  fc
    .tuple(fc.option(moment, { nil: null }), fc.constantFrom(0, 3, 8))
    .map(([sinceMs, hours]) => ({ snapshot }: FeedState, nowMs: number) => ({
      snapshot: snapshot && readAt(nowMs - hours * HOUR_MS, snapshot, sinceMs),
      state: sinceMs === null ? null : ('TRUNCATED' as const),
    })),
  fc
    .constantFrom('STALE' as const, 'FAILED' as const, 'LOADING' as const)
    .map((state) => ({ snapshot }: FeedState) => ({ snapshot, state })),
  fc.constant(() => ({ snapshot: null, state: 'FAILED' as const })),
);

/** Time goes on, or now and then back; then something may happen; then time goes on. Milliseconds. */
const step = fc.record({
  which: fc.constantFrom(0, 1),
  event: fc.option(event, { nil: null, freq: 4 }),
  waits: fc.array(
    fc
      .tuple(fc.integer({ min: 0, max: 6 }), fc.constantFrom(-1, 0, 0, 1))
      .map(([hours, ms]) => hours * HOUR_MS + ms),
    { minLength: 1, maxLength: 5 },
  ),
  backMs: fc.constantFrom(0, 0, 0, 0, 9 * HOUR_MS),
});

function tasksBut({ rows }: Snapshot, { id }: Task): Task[] {
  return rows.map((row) => row.task).filter((each) => each.id !== id);
}

const steps = fc.array(step, { minLength: 1, maxLength: 8 });

const NOTHING: FeedState = { snapshot: null, state: 'LOADING' };

function firstRead(feed: string, all: readonly Task[]): FeedState {
  return { snapshot: readAt(START_MS, nextSnapshot(snapshotOf(feed, []), all)), state: null };
}

function readAt(fetchTimeMs: number, snapshot: Snapshot, sinceMs: number | null = null): Snapshot {
  const coveredSince = sinceMs === null ? COVERED_SINCE_EVER : timeOf(sinceMs);
  return { ...snapshot, fetchTimeMs, coveredSince };
}

function timeOf(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

function knownOf(states: readonly FeedState[]): AssessmentInput {
  const feeds = states.map(({ snapshot, state }, index) => {
    const feed = FEEDS[index] ?? '';
    return { feed, snapshot, problem: state && { feed, state, reason: null, lastSuccessTimeMs: null } };
  });
  return inputOf(SOURCE, feeds);
}

interface Pair {
  readonly kept: Judged;
  readonly anew: Assessment;
}

async function judgeAll(assessor: Assessor, known: AssessmentInput, timeMs: number): Promise<Pair[]> {
  const pairs: Pair[] = [];
  await assessor.visit(known, { timeMs, isPast: false }, (kept, judge) => {
    pairs.push({ kept, anew: judge.assess(kept.memoized) });
  });
  return pairs;
}

describe('a verdict that is kept', () => {
  it('is the one that would be found anew, whatever happens and whenever it is asked for', async () => {
    const kinds = new Set<string>();
    await fc.assert(
      fc.asyncProperty(protection, fc.tuple(tasks, tasks), steps, async (config, first, later) => {
        const assessor = new Assessor(new RuleBook(config), [CBR]);
        const states = FEEDS.map((feed, index) => firstRead(feed, first[index] ?? []));
        let nowMs = START_MS;
        for (const { which, event: happen, waits, backMs } of later) {
          nowMs -= backMs;
          if (happen !== null) states[which] = happen(states[which] ?? NOTHING, nowMs);
          for (const waitMs of [0, ...waits]) {
            nowMs += waitMs;
            const pairs = await judgeAll(assessor, knownOf(states), nowMs);
            expect(pairs.map(({ kept }) => kept.judgement)).toEqual(pairs.map(({ anew }) => anew.judgement));
            for (const reason of pairs.flatMap(({ kept }) => kept.judgement.reasons)) kinds.add(reason);
          }
        }
      }),
      { numRuns: 1_000 },
    );
    // Nothing here is paused; every other reason comes up.
    expect([...kinds].sort()).toEqual(REASONS.filter((each) => each !== 'PAUSED').sort());
  });

  it('is not found anew while nothing has changed and no deadline has passed', async () => {
    const keptAt = keeperOf(taskOf('every'));
    const first = await keptAt(1, 0);
    expect(await keptAt(2, 0)).toBe(first);
    expect(await keptAt(3, 2)).toBe(first);
    expect(await keptAt(7, 2)).not.toBe(first);
  });

  it('gives way once a stream has come to lag', async () => {
    const keptAt = keeperOf({
      ...taskOf('stream'),
      ...{
        type: 'CONTINUOUS_LOG_BACKUP',
        status: 'RUNNING',
        endTime: null,
        checkpointTime: timeOf(START_MS),
      },
    });
    expect((await keptAt(2, 0))?.judgement.verdict).toBe('OK');
    expect((await keptAt(3, 0))?.judgement.reasons).toEqual(['LAGGING']);
  });

  it('gives way once a feed that could not be seen is read again', async () => {
    const keptAt = keeperOf(taskOf('seldom'));
    expect((await keptAt(7, 0))?.judgement.reasons).toEqual(['SOURCE_UNREADABLE']);
    expect((await keptAt(7, 7))?.judgement.verdict).toBe('OK');
  });
});

/** Answers what is kept of a task's resource, by the hours since the start of the world at which it is judged and its feed is read. */
function keeperOf(only: Task): (hours: number, readHours: number) => Promise<Judged | undefined> {
  const assessor = new Assessor(new RuleBook({ ...NO_PROTECTION, expectations: EXPECTATIONS }), []);
  const snapshot = snapshotOf(FEEDS[0], [{ task: only, raw: {} }]);
  return async (hours, readHours) => {
    const state = { snapshot: readAt(START_MS + readHours * HOUR_MS, snapshot), state: null };
    return (await judgeAll(assessor, knownOf([state]), START_MS + hours * HOUR_MS))[0]?.kept;
  };
}

function taskOf(name: string): Task {
  const time = timeOf(START_MS);
  return {
    ...rowOf(1).task,
    ...{ id: `${SOURCE}.1`, source: SOURCE, type: 'BACKUP', status: 'SUCCEEDED' },
    ...{ createTime: time, startTime: time, endTime: time, updateTime: time },
    resource: { type: 'server', id: name, name },
  };
}
