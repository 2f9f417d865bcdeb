import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { Expectation, Rhythm } from '@/model/expectation.js';
import { NOW_MS, outcomeAgo, type SituationChanges, situationOf } from '../../test/support/situations.js';
import type { Stream, TaskHistory } from './evidence.js';
import { deadlineOf, judge, judgedStream, type Situation } from './verdict.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

const STALE = { isCurrent: false };
const CUT = { coveredSinceMs: null };
const DISABLED = { state: 'DISABLED', fetchTimeMs: null } as const;
const GOOD = { lastSuccess: outcomeAgo(5) };
const FREEZE = { match: {}, fromMs: NOW_MS - HOUR_MS, toMs: NOW_MS + HOUR_MS, reason: 'freeze' };
const EXCLUSION = { match: {}, reason: 'not worth it', untilMs: null };
/** Due at 02:00, with an hour of grace: at 12:00 the latest was due by 03:00. */
const AT_TWO: Rhythm = { kind: 'schedule', cron: '0 2 * * *', timeZone: 'UTC', graceMs: HOUR_MS };

type Row = [when: string, changes: SituationChanges, verdict: string];

function judged(changes: SituationChanges): string {
  const { verdict, reasons } = judge(situationOf(changes));
  return [verdict, ...reasons].join(' ');
}

function feedRead(agoMs: number): SituationChanges['feeds'] {
  return [{ fetchTimeMs: NOW_MS - agoMs }];
}

describe('rule 1: what is not expected', () => {
  it.each<Row>([
    ['excluded', { exclusion: EXCLUSION }, 'NOT_EXPECTED EXCLUDED'],
    ['retired', { retiredMs: NOW_MS }, 'NOT_EXPECTED RETIRED'],
    ['matched by no rule', { rule: null }, 'NOT_EXPECTED NO_EXPECTATION'],
    ['excluded and retired', { exclusion: EXCLUSION, retiredMs: 1, rule: null }, 'NOT_EXPECTED EXCLUDED'],
    ['retired and matched by no rule', { retiredMs: NOW_MS, rule: null }, 'NOT_EXPECTED RETIRED'],
    [
      'excluded, though its feed cannot be read',
      { exclusion: EXCLUSION, feeds: [] },
      'NOT_EXPECTED EXCLUDED',
    ],
  ])('%s', (_when, changes, expected) => {
    expect(judged(changes)).toBe(expected);
  });
});

describe('rule 2: what cannot be seen', () => {
  it.each<Row>([
    ['no feed would carry it', { feeds: [] }, 'UNKNOWN SOURCE_UNREADABLE'],
    ['its feed has no snapshot', { feeds: [{ fetchTimeMs: null }] }, 'UNKNOWN SOURCE_UNREADABLE'],
    ['one of its feeds has no snapshot', { feeds: [{}, { fetchTimeMs: null }] }, 'UNKNOWN SOURCE_UNREADABLE'],
    ['the snapshot is older than maxBlind', { feeds: feedRead(HOUR_MS + 1) }, 'UNKNOWN SOURCE_UNREADABLE'],
    [
      'the oldest snapshot is',
      { feeds: [{}, { fetchTimeMs: NOW_MS - 2 * HOUR_MS }] },
      'UNKNOWN SOURCE_UNREADABLE',
    ],
    ['the snapshot is as old as maxBlind', { feeds: feedRead(HOUR_MS) }, 'OK'],
    ['one of two feeds is not enabled', { feeds: [{}, DISABLED] }, 'OK'],
    ['the snapshot is newer than a past moment', { feeds: feedRead(-9 * HOUR_MS), isPast: true }, 'OK'],
    [
      'the rule has a maxBlind of its own',
      { feeds: feedRead(9), rule: { maxBlindMs: 8 } },
      'UNKNOWN SOURCE_UNREADABLE',
    ],
  ])('%s', (_when, changes, expected) => {
    expect(judged({ history: GOOD, ...changes })).toBe(expected);
  });
});

describe('rule 3: the run that is due', () => {
  it.each<Row>([
    ['every: a success after T − D − G', { history: { lastSuccess: outcomeAgo(26, -1) } }, 'OK'],
    ['every: a success at T − D − G', { history: { lastSuccess: outcomeAgo(26) } }, 'VIOLATED OVERDUE'],
    ['every: a success at T', { history: { lastSuccess: outcomeAgo(0) } }, 'OK'],
    ['every: no success is known', {}, 'VIOLATED NEVER_RUN'],
    ['every: its feed is not enabled', { feeds: [DISABLED] }, 'VIOLATED NEVER_RUN'],
    [
      'every: maintenance prolongs the interval',
      { history: { lastSuccess: outcomeAgo(27, -1) }, maintenance: [FREEZE] },
      'OK MAINTENANCE',
    ],
    [
      'every: but not further',
      { history: { lastSuccess: outcomeAgo(27) }, maintenance: [FREEZE] },
      'VIOLATED OVERDUE MAINTENANCE',
    ],
    [
      'schedule: a success at S',
      { rule: { rhythm: AT_TWO }, history: { lastSuccess: outcomeAgo(10) } },
      'OK',
    ],
    [
      'schedule: a success before S',
      { rule: { rhythm: AT_TWO }, history: { lastSuccess: outcomeAgo(10, 1) } },
      'VIOLATED OVERDUE',
    ],
    ['schedule: no success is known', { rule: { rhythm: AT_TWO } }, 'VIOLATED NEVER_RUN'],
    [
      'schedule: a success for the run before, at S + G',
      { rule: { rhythm: { ...AT_TWO, graceMs: 10 * HOUR_MS } }, history: { lastSuccess: outcomeAgo(34) } },
      'VIOLATED OVERDUE',
    ],
    [
      'schedule: a success for the run before, just before S + G',
      {
        rule: { rhythm: { ...AT_TWO, graceMs: 10 * HOUR_MS + 1 } },
        history: { lastSuccess: outcomeAgo(34) },
      },
      'OK',
    ],
    [
      'schedule: no run has been due yet',
      { rule: { rhythm: AT_TWO }, maintenance: [{ ...FREEZE, fromMs: 0 }] },
      'OK MAINTENANCE',
    ],
    ['found, though a feed is STALE', { history: GOOD, feeds: [STALE] }, 'OK'],
    ['found, though nothing is covered', { history: GOOD, feeds: [CUT] }, 'OK'],
    ['not found, and a feed is STALE', { feeds: [STALE] }, 'UNKNOWN SOURCE_UNREADABLE'],
    ['not found, and one of two feeds is STALE', { feeds: [{}, STALE] }, 'UNKNOWN SOURCE_UNREADABLE'],
    [
      'not found, and a feed is STALE and truncated',
      { feeds: [{ ...STALE, ...CUT }] },
      'UNKNOWN SOURCE_UNREADABLE',
    ],
    ['not found, and a feed can vouch for nothing', { feeds: [CUT] }, 'UNKNOWN WINDOW_TOO_SHORT'],
    [
      'not found, and one of two feeds can vouch for nothing',
      { feeds: [{}, CUT] },
      'UNKNOWN WINDOW_TOO_SHORT',
    ],
    [
      'every: not found, and covered from the first moment of the interval',
      { feeds: [{ coveredSinceMs: NOW_MS - 26 * HOUR_MS + 1 }] },
      'VIOLATED NEVER_RUN',
    ],
    [
      'every: not found, and covered from a moment later',
      { feeds: [{ coveredSinceMs: NOW_MS - 26 * HOUR_MS + 2 }] },
      'UNKNOWN WINDOW_TOO_SHORT',
    ],
    [
      'every: not found, and maintenance prolongs what must be covered',
      { feeds: [{ coveredSinceMs: NOW_MS - 26 * HOUR_MS }], maintenance: [FREEZE] },
      'UNKNOWN WINDOW_TOO_SHORT MAINTENANCE',
    ],
    [
      'schedule: not found, and covered from S',
      { rule: { rhythm: AT_TWO }, feeds: [{ coveredSinceMs: NOW_MS - 10 * HOUR_MS }] },
      'VIOLATED NEVER_RUN',
    ],
    [
      'schedule: not found, and covered from a moment after S',
      { rule: { rhythm: AT_TWO }, feeds: [{ coveredSinceMs: NOW_MS - 10 * HOUR_MS + 1 }] },
      'UNKNOWN WINDOW_TOO_SHORT',
    ],
    [
      'every: an interval from before 1970 is covered since 1970',
      {
        rule: { rhythm: { kind: 'every', everyMs: 2 * NOW_MS, graceMs: 0 } },
        feeds: [{ coveredSinceMs: 0 }],
      },
      'VIOLATED NEVER_RUN',
    ],
    [
      'not found, whatever fails or runs',
      {
        rule: { failuresInARow: 1, maxDurationMs: 1 },
        history: { lastSuccess: outcomeAgo(30), failuresSinceSuccess: 3, runningSinceMs: NOW_MS - HOUR_MS },
      },
      'VIOLATED OVERDUE',
    ],
  ])('%s', (_when, changes, expected) => {
    expect(judged(changes)).toBe(expected);
  });
});

describe('rule 4: where the run is found', () => {
  const failing = { rule: { failuresInARow: 2 }, history: { ...GOOD, failuresSinceSuccess: 2 } };
  const stuck = {
    rule: { maxDurationMs: HOUR_MS },
    history: { ...GOOD, runningSinceMs: NOW_MS - HOUR_MS - 1 },
  };
  const both = {
    rule: { ...failing.rule, ...stuck.rule },
    history: { ...failing.history, ...stuck.history },
  };

  it.each<Row>([
    ['as many failures as failuresInARow', failing, 'VIOLATED FAILING'],
    ['fewer failures', { ...failing, history: { ...GOOD, failuresSinceSuccess: 1 } }, 'OK'],
    ['failures are not judged', { ...failing, rule: {} }, 'OK'],
    ['longer than maxDuration', stuck, 'VIOLATED STUCK'],
    ['as long as maxDuration', { ...stuck, history: { ...GOOD, runningSinceMs: NOW_MS - HOUR_MS } }, 'OK'],
    ['nothing runs', { ...stuck, history: GOOD }, 'OK'],
    ['duration is not judged', { ...stuck, rule: {} }, 'OK'],
    ['both', both, 'VIOLATED FAILING STUCK'],
    ['failures while a feed is STALE', { ...failing, feeds: [STALE] }, 'UNKNOWN SOURCE_UNREADABLE'],
    ['long while one of two feeds is STALE', { ...stuck, feeds: [{}, STALE] }, 'UNKNOWN SOURCE_UNREADABLE'],
    ['failures in a truncated feed', { ...failing, feeds: [CUT] }, 'VIOLATED FAILING'],
    [
      'failures where no run has been due yet',
      { ...failing, rule: { ...failing.rule, rhythm: AT_TWO }, maintenance: [{ ...FREEZE, fromMs: 0 }] },
      'VIOLATED FAILING MAINTENANCE',
    ],
  ])('%s', (_when, changes, expected) => {
    expect(judged(changes)).toBe(expected);
  });
});

function streamIn(status: Stream['status'], lagMs: number): Stream {
  return { taskId: `oceanbase.${status}.${lagMs}`, status, checkpointTimeMs: NOW_MS - lagMs };
}

const NO_CHECKPOINT: Stream = { ...streamIn('RUNNING', 0), checkpointTimeMs: null };

describe('rule 5: lagBelow', () => {
  const rhythm: Rhythm = { kind: 'continuous', lagBelowMs: 5 * MINUTE_MS };
  const running = (lagMs: number): SituationChanges => ({
    history: { streams: [streamIn('RUNNING', lagMs)] },
  });
  const inStatus = (status: Stream['status']): SituationChanges => ({
    history: { streams: [streamIn(status, 0)] },
  });

  it.each<Row>([
    ['the lag is lagBelow', running(5 * MINUTE_MS), 'OK'],
    ['the lag is more', running(5 * MINUTE_MS + 1), 'VIOLATED LAGGING'],
    ['the checkpoint is after T', running(-1), 'OK'],
    ['the lag is lagBelow, and the feed STALE', { ...running(5 * MINUTE_MS), feeds: [STALE] }, 'OK'],
    [
      'the lag is more, and the feed STALE',
      { ...running(HOUR_MS), feeds: [STALE] },
      'UNKNOWN SOURCE_UNREADABLE',
    ],
    ['STOPPED', inStatus('STOPPED'), 'VIOLATED STOPPED'],
    ['FAILED', inStatus('FAILED'), 'VIOLATED FAILING'],
    ['PAUSED', inStatus('PAUSED'), 'VIOLATED PAUSED'],
    ['STOPPED in a STALE feed', { ...inStatus('STOPPED'), feeds: [STALE] }, 'VIOLATED STOPPED'],
    ['PENDING', inStatus('PENDING'), 'UNKNOWN SOURCE_UNREADABLE'],
    ['UNKNOWN', inStatus('UNKNOWN'), 'UNKNOWN SOURCE_UNREADABLE'],
    ['SUCCEEDED, which no stream is', inStatus('SUCCEEDED'), 'UNKNOWN SOURCE_UNREADABLE'],
    ['no checkpoint', { history: { streams: [NO_CHECKPOINT] } }, 'UNKNOWN SOURCE_UNREADABLE'],
    ['no stream', {}, 'VIOLATED NEVER_RUN'],
    ['no stream in a feed read whole since 1970', { feeds: [{ coveredSinceMs: 0 }] }, 'VIOLATED NEVER_RUN'],
    ['no stream in a truncated feed', { feeds: [CUT] }, 'UNKNOWN WINDOW_TOO_SHORT'],
    ['no snapshot', { ...running(0), feeds: [{ fetchTimeMs: null }] }, 'UNKNOWN SOURCE_UNREADABLE'],
    ['a past moment', { ...running(0), isPast: true }, 'UNKNOWN SOURCE_UNREADABLE'],
    ['STOPPED, and a past moment', { ...inStatus('STOPPED'), isPast: true }, 'UNKNOWN SOURCE_UNREADABLE'],
    ['no stream by a past moment', { isPast: true }, 'VIOLATED NEVER_RUN'],
    ['excluded', { ...inStatus('STOPPED'), exclusion: EXCLUSION }, 'NOT_EXPECTED EXCLUDED'],
    ['maintenance', { ...inStatus('STOPPED'), maintenance: [FREEZE] }, 'VIOLATED STOPPED MAINTENANCE'],
  ])('%s', (_when, changes, expected) => {
    expect(judged({ rule: { rhythm }, ...changes })).toBe(expected);
  });

  it.each<[worst: string, streams: readonly Stream[], expected: string]>([
    ['one that does not run', [streamIn('FAILED', 0), streamIn('RUNNING', 0)], 'VIOLATED FAILING'],
    ['one that lags', [streamIn('RUNNING', HOUR_MS), NO_CHECKPOINT], 'VIOLATED LAGGING'],
    ['one of which nothing is known', [NO_CHECKPOINT, streamIn('RUNNING', 0)], 'UNKNOWN SOURCE_UNREADABLE'],
    [
      'the one that lags most',
      [streamIn('RUNNING', 2 * HOUR_MS), streamIn('RUNNING', HOUR_MS)],
      'VIOLATED LAGGING',
    ],
  ])('judges, of several newest streams, %s', (_worst, streams, expected) => {
    for (const inOrder of [streams, streams.toReversed()]) {
      const changes = { rule: { rhythm }, history: { streams: inOrder } };
      expect(judged(changes)).toBe(expected);
      expect(judgedStream(situationOf(changes))).toBe(streams[0]);
    }
  });
});

describe('MAINTENANCE and WARNINGS', () => {
  const warned = { successWithWarnings: outcomeAgo(5) };

  it.each<Row>([
    ['the last success had warnings', { history: { ...GOOD, ...warned } }, 'OK WARNINGS'],
    [
      'it counts as a failure',
      { rule: { warningsCountAs: 'failure' }, history: { ...warned, lastSuccess: outcomeAgo(30) } },
      'VIOLATED OVERDUE WARNINGS',
    ],
    [
      'nothing is expected',
      { rule: null, history: { ...GOOD, ...warned } },
      'NOT_EXPECTED NO_EXPECTATION WARNINGS',
    ],
    [
      'maintenance begins at T',
      { history: GOOD, maintenance: [{ ...FREEZE, fromMs: NOW_MS }] },
      'OK MAINTENANCE',
    ],
    ['maintenance ends at T', { history: GOOD, maintenance: [{ ...FREEZE, toMs: NOW_MS }] }, 'OK'],
    ['both', { history: { ...GOOD, ...warned }, maintenance: [FREEZE] }, 'OK WARNINGS MAINTENANCE'],
  ])('%s', (_when, changes, expected) => {
    expect(judged(changes)).toBe(expected);
  });
});

describe('expectedBy and overdue', () => {
  it.each<[string, SituationChanges, byHours: number | null, overdueHours: number | null]>([
    ['every: before it is due', { history: { lastSuccess: outcomeAgo(5) } }, 21, null],
    ['every: at the moment at which it is due', { history: { lastSuccess: outcomeAgo(26) } }, 0, 0],
    ['every: past it', { history: { lastSuccess: outcomeAgo(29) } }, -3, 3],
    [
      'every: later by maintenance',
      { history: { lastSuccess: outcomeAgo(29) }, maintenance: [FREEZE] },
      -3,
      3,
    ],
    [
      'every: later by maintenance that has passed',
      { history: { lastSuccess: outcomeAgo(5) }, maintenance: [FREEZE] },
      23,
      null,
    ],
    ['every: NEVER_RUN', {}, null, null],
    ['every: what cannot be seen', { history: { lastSuccess: outcomeAgo(29) }, feeds: [] }, -3, 3],
    [
      'schedule: the first time after the success',
      { rule: { rhythm: AT_TWO }, history: { lastSuccess: outcomeAgo(9) } },
      15,
      null,
    ],
    ['schedule: past it', { rule: { rhythm: AT_TWO }, history: { lastSuccess: outcomeAgo(11) } }, -9, 9],
    ['schedule: NEVER_RUN', { rule: { rhythm: AT_TWO } }, -9, 9],
    [
      'FAILING, though the next is not due',
      { rule: { failuresInARow: 1 }, history: { lastSuccess: outcomeAgo(5), failuresSinceSuccess: 1 } },
      21,
      null,
    ],
    ['lagBelow', { rule: { rhythm: { kind: 'continuous', lagBelowMs: 1 } } }, null, null],
    ['excluded', { exclusion: EXCLUSION, history: { lastSuccess: outcomeAgo(29) } }, null, null],
    ['matched by no rule', { rule: null, history: { lastSuccess: outcomeAgo(29) } }, null, null],
  ])('%s', (_when, changes, ...[byHours, overdueHours]) => {
    const situation = situationOf(changes);
    const { expectedByMs, overdueMs } = deadlineOf(situation, judge(situation).verdict);
    expect(expectedByMs === null ? null : (expectedByMs - NOW_MS) / HOUR_MS).toBe(byHours);
    expect(overdueMs === null ? null : overdueMs / HOUR_MS).toBe(overdueHours);
  });
});

describe('a verdict', () => {
  it('is what the rules say of any resource, read one after the other', () => {
    fc.assert(
      fc.property(CHANGES, (changes) => {
        const situation = situationOf(changes);
        expect(judge(situation).verdict).toBe(plainVerdict(situation));
      }),
      { numRuns: 5000 },
    );
  });

  it('is never better for a feed that cannot be read', () => {
    fc.assert(
      fc.property(CHANGES, (changes) => {
        const { verdict } = judge(situationOf(changes));
        const blind = judge(situationOf({ ...changes, feeds: [{ fetchTimeMs: null }] })).verdict;
        expect(blind).toBe(verdict === 'NOT_EXPECTED' ? 'NOT_EXPECTED' : 'UNKNOWN');
      }),
    );
  });
});

/** Hours ago, in such a range that borders are met often. */
const AGO = fc.integer({ min: 0, max: 60 });
const MAYBE_AGO = fc.option(AGO);

const CHANGES: fc.Arbitrary<SituationChanges> = fc
  .record({
    isExpected: fc.integer({ min: 0, max: 9 }),
    everyHours: fc.integer({ min: 1, max: 30 }),
    failuresInARow: fc.option(fc.integer({ min: 1, max: 3 })),
    maxDurationHours: MAYBE_AGO,
    success: MAYBE_AGO,
    failures: fc.integer({ min: 0, max: 3 }),
    running: MAYBE_AGO,
    feeds: fc.array(fc.record({ coveredAgo: MAYBE_AGO, isCurrent: fc.boolean() }), {
      minLength: 1,
      maxLength: 2,
    }),
    maintenance: fc.array(fc.tuple(AGO, fc.integer({ min: 1, max: 20 })), { maxLength: 3 }),
  })
  .map((random) => ({
    exclusion: random.isExpected === 0 ? EXCLUSION : null,
    rule: {
      rhythm: { kind: 'every', everyMs: random.everyHours * HOUR_MS, graceMs: HOUR_MS },
      failuresInARow: random.failuresInARow,
      maxDurationMs: random.maxDurationHours === null ? null : random.maxDurationHours * HOUR_MS,
    },
    history: {
      lastSuccess: random.success === null ? null : outcomeAgo(random.success),
      failuresSinceSuccess: random.failures,
      runningSinceMs: random.running === null ? null : NOW_MS - random.running * HOUR_MS,
    },
    feeds: random.feeds.map(({ coveredAgo, isCurrent }) => ({
      isCurrent,
      coveredSinceMs: coveredAgo === null ? null : NOW_MS - coveredAgo * HOUR_MS,
    })),
    maintenance: random.maintenance.map(([ago, hours]) => ({
      match: {},
      fromMs: NOW_MS - ago * HOUR_MS,
      toMs: NOW_MS - (ago - hours) * HOUR_MS,
      reason: '',
    })),
  }));

/** The rules once more, by counting hours. All times of these situations are whole hours. */
function plainVerdict(situation: Situation): string {
  const { due, exclusion, history, feeds } = situation;
  if (exclusion !== null) return 'NOT_EXPECTED';
  const isStale = feeds.some(({ isCurrent }) => !isCurrent);
  const oldest = plainOldest(situation);
  if (history.lastSuccess === null || hoursAgo(history.lastSuccess.timeMs) >= oldest) {
    const isCovered = feeds.every(({ coveredSinceMs }) => hoursAgo(coveredSinceMs ?? NOW_MS) >= oldest);
    return !isStale && isCovered ? 'VIOLATED' : 'UNKNOWN';
  }
  if (!isFailing(due.rule, history) && !isStuck(due.rule, history)) return 'OK';
  return isStale ? 'UNKNOWN' : 'VIOLATED';
}

/** How many hours ago the interval of the due run began. */
function plainOldest({ due: { rule, maintenance } }: Situation): number {
  if (rule?.rhythm.kind !== 'every') throw new Error('the rules of these situations have an interval');
  const allowed = (rule.rhythm.everyMs + rule.rhythm.graceMs) / HOUR_MS;
  let oldest = 0;
  for (let passed = 0; passed < allowed; oldest++) {
    const start = oldest + 1;
    if (!maintenance.some(({ fromMs, toMs }) => hoursAgo(fromMs) >= start && start > hoursAgo(toMs)))
      passed++;
  }
  return oldest;
}

function hoursAgo(timeMs: number): number {
  return (NOW_MS - timeMs) / HOUR_MS;
}

function isFailing(rule: Expectation | null, { failuresSinceSuccess }: TaskHistory): boolean {
  return failuresSinceSuccess >= (rule?.failuresInARow ?? Infinity);
}

function isStuck(rule: Expectation | null, { runningSinceMs }: TaskHistory): boolean {
  return NOW_MS - (runningSinceMs ?? NOW_MS) > (rule?.maxDurationMs ?? Infinity);
}
