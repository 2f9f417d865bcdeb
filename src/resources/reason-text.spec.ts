import { describe, expect, it } from 'vitest';
import type { Rhythm } from '@/model/expectation.js';
import { NOW_MS, outcomeAgo, type SituationChanges, situationOf } from '../../test/support/situations.js';
import { describeReason } from './reason-text.js';
import { judge, type Reason, REASONS } from './verdict.js';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const FEED = 'sources/server-backups/feeds/operation-logs';

const EVERY_DAY: Rhythm = { kind: 'every', everyMs: 24 * HOUR_MS, graceMs: 90 * MINUTE_MS };
const AT_TWO: Rhythm = { kind: 'schedule', cron: '0 2 * * *', timeZone: 'UTC', graceMs: HOUR_MS };
const STREAM: Rhythm = { kind: 'continuous', lagBelowMs: 5 * MINUTE_MS };
const GOOD = { lastSuccess: outcomeAgo(5) };
const FREEZE = { match: {}, fromMs: NOW_MS - HOUR_MS, toMs: NOW_MS + HOUR_MS, reason: 'freeze' };

type Row = [reason: Reason, changes: SituationChanges, sentence: string];

const ROWS: Row[] = [
  [
    'OVERDUE',
    { history: { lastSuccess: outcomeAgo(29) } },
    'The last success ended at 2026-11-28T07:00:00.000Z; the next was due by 2026-11-29T09:00:00.000Z.',
  ],
  [
    'NEVER_RUN',
    { rule: { rhythm: EVERY_DAY } },
    'No success is known; the expectation "nightly" asks for one every 1 day, with a grace of 1 hour 30 minutes.',
  ],
  [
    'NEVER_RUN',
    { rule: { rhythm: AT_TWO } },
    'No success is known; one was due by 2026-11-29T03:00:00.000Z.',
  ],
  ['NEVER_RUN', { rule: { rhythm: STREAM } }, 'No log backup is known.'],
  [
    'NEVER_RUN',
    { feeds: [{ feed: 'sources/a/feeds/b', state: 'DISABLED', fetchTimeMs: null }] },
    'No backup can run: the upstream says that backups are not enabled for sources/a/feeds/b.',
  ],
  [
    'FAILING',
    {
      rule: { failuresInARow: 2 },
      history: { ...GOOD, failuresSinceSuccess: 3, lastFailure: outcomeAgo(1) },
    },
    'Failures since the last success: 3, the newest at 2026-11-29T11:00:00.000Z; the expectation "nightly" is broken by 2.',
  ],
  [
    'FAILING',
    {
      rule: { rhythm: STREAM },
      history: { streams: [{ taskId: 'ocp.1', status: 'FAILED', checkpointTimeMs: null }] },
    },
    'The newest log backup has failed.',
  ],
  [
    'STUCK',
    { rule: { maxDurationMs: HOUR_MS }, history: { ...GOOD, runningSinceMs: NOW_MS - 2 * HOUR_MS } },
    'A task has been running since 2026-11-29T10:00:00.000Z; the expectation "nightly" allows 1 hour.',
  ],
  [
    'LAGGING',
    {
      rule: { rhythm: STREAM },
      history: {
        streams: [{ taskId: 'ocp.1', status: 'RUNNING', checkpointTimeMs: NOW_MS - 61 * MINUTE_MS - 1500 }],
      },
    },
    'Logs are archived up to 2026-11-29T10:58:58.500Z, which is 1 hour 1 minute 1 second behind; ' +
      'the expectation "nightly" allows 5 minutes.',
  ],
  [
    'STOPPED',
    {
      rule: { rhythm: STREAM },
      history: { streams: [{ taskId: 'ocp.1', status: 'STOPPED', checkpointTimeMs: null }] },
    },
    'The newest log backup is stopped.',
  ],
  [
    'PAUSED',
    {
      rule: { rhythm: STREAM },
      history: { streams: [{ taskId: 'ocp.1', status: 'PAUSED', checkpointTimeMs: null }] },
    },
    'The newest log backup is paused.',
  ],
  [
    'WARNINGS',
    { history: { ...GOOD, successWithWarnings: outcomeAgo(5) } },
    'The success that ended at 2026-11-29T07:00:00.000Z had warnings.',
  ],
  [
    'WARNINGS',
    { rule: { warningsCountAs: 'failure' }, history: { successWithWarnings: outcomeAgo(5) } },
    'The success that ended at 2026-11-29T07:00:00.000Z had warnings; the expectation "nightly" counts it as a failure.',
  ],
  ['SOURCE_UNREADABLE', { feeds: [] }, 'No feed is known that would list tasks of the resource.'],
  [
    'SOURCE_UNREADABLE',
    { feeds: [{}, { feed: 'sources/a/feeds/b', fetchTimeMs: null }] },
    'sources/a/feeds/b has not been read yet.',
  ],
  [
    'SOURCE_UNREADABLE',
    { feeds: [{}, { feed: 'sources/a/feeds/b', fetchTimeMs: null, state: 'FAILED' }] },
    'sources/a/feeds/b could not be read.',
  ],
  [
    'SOURCE_UNREADABLE',
    { feeds: [{}, { feed: 'sources/a/feeds/b', fetchTimeMs: NOW_MS - 2 * HOUR_MS }] },
    'sources/a/feeds/b was last read at 2026-11-29T10:00:00.000Z; the expectation "nightly" allows 1 hour without a read.',
  ],
  [
    'SOURCE_UNREADABLE',
    { feeds: [{ fetchTimeMs: NOW_MS - HOUR_MS }, { feed: 'sources/a/feeds/b', isCurrent: false }] },
    'sources/a/feeds/b was last read at 2026-11-29T12:00:00.000Z, and what happened since is not known.',
  ],
  [
    'SOURCE_UNREADABLE',
    {
      rule: { rhythm: STREAM },
      history: { streams: [{ taskId: 'ocp.1', status: 'PENDING', checkpointTimeMs: null }] },
    },
    'The newest log backup has the status PENDING.',
  ],
  [
    'SOURCE_UNREADABLE',
    {
      rule: { rhythm: STREAM },
      history: { streams: [{ taskId: 'ocp.1', status: 'RUNNING', checkpointTimeMs: null }] },
    },
    'The newest log backup has no checkpoint.',
  ],
  [
    'SOURCE_UNREADABLE',
    {
      rule: { rhythm: STREAM },
      isPast: true,
      history: { streams: [{ taskId: 'ocp.1', status: 'RUNNING', checkpointTimeMs: NOW_MS }] },
    },
    'How far a log backup was behind at a past time is not known.',
  ],
  [
    'SOURCE_UNREADABLE',
    {
      rule: { rhythm: STREAM },
      feeds: [{ isCurrent: false }],
      history: { streams: [{ taskId: 'ocp.1', status: 'RUNNING', checkpointTimeMs: NOW_MS - HOUR_MS }] },
    },
    `${FEED} was last read at 2026-11-29T12:00:00.000Z, and what happened since is not known.`,
  ],
  [
    'WINDOW_TOO_SHORT',
    { feeds: [{}, { feed: 'sources/a/feeds/b', coveredSinceMs: NOW_MS - HOUR_MS }] },
    'All tasks since 2026-11-28T10:00:00.001Z are needed for a verdict, and sources/a/feeds/b has them since ' +
      '2026-11-29T11:00:00.000Z only.',
  ],
  [
    'WINDOW_TOO_SHORT',
    { feeds: [{ coveredSinceMs: null }] },
    `All tasks since 2026-11-28T10:00:00.001Z are needed for a verdict, and ${FEED} may lack some.`,
  ],
  [
    'WINDOW_TOO_SHORT',
    { rule: { rhythm: STREAM }, feeds: [{ coveredSinceMs: null }] },
    `All tasks are needed for a verdict, and ${FEED} may lack some.`,
  ],
  [
    'WINDOW_TOO_SHORT',
    {
      rule: { rhythm: { kind: 'every', everyMs: 3 * NOW_MS, graceMs: 0 } },
      feeds: [{ coveredSinceMs: NOW_MS }],
    },
    `All tasks are needed for a verdict, and ${FEED} has them since 2026-11-29T12:00:00.000Z only.`,
  ],
  [
    'MAINTENANCE',
    {
      maintenance: [
        { ...FREEZE, toMs: NOW_MS },
        FREEZE,
        { ...FREEZE, fromMs: FREEZE.toMs, toMs: NOW_MS + 2 * HOUR_MS },
      ],
    },
    'Maintenance lasts until 2026-11-29T14:00:00.000Z: freeze.',
  ],
  [
    'EXCLUDED',
    { exclusion: { match: {}, reason: 'not worth it', untilMs: NOW_MS + HOUR_MS } },
    'The configuration excludes the resource until 2026-11-29T13:00:00.000Z: not worth it.',
  ],
  [
    'EXCLUDED',
    { exclusion: { match: {}, reason: 'not worth it', untilMs: null } },
    'The configuration excludes the resource: not worth it.',
  ],
  [
    'RETIRED',
    { retiredMs: NOW_MS },
    'The source logged at 2026-11-29T12:00:00.000Z that the resource was removed.',
  ],
  ['NO_EXPECTATION', { rule: null }, 'No expectation in the configuration matches the resource.'],
];

describe('the sentence for a reason', () => {
  it.each(ROWS)('%s: %j', (reason, changes, sentence) => {
    const situation = situationOf(changes);
    expect(judge(situation).reasons).toContain(reason);
    expect(describeReason(reason, situation)).toBe(sentence);
  });

  it('is told here for every reason', () => {
    expect(new Set(ROWS.map(([reason]) => reason))).toEqual(new Set(REASONS));
  });
});
