import { describe, expect, it } from 'vitest';
import type { CircuitStatus, FeedStatus, SourceStatus } from '@/model/collection.js';
import { diagnosisOf } from '@/model/diagnosis.js';
import { feedMetrics } from './feed-metrics.js';

const CLOSED: CircuitStatus = { state: 'CLOSED', nextProbeTimeMs: null };

const READ: FeedStatus = {
  feed: 'sources/s/feeds/f',
  state: 'FRESH',
  reason: null,
  diagnosis: null,
  isFailing: false,
  taskCount: 3,
  truncation: null,
  fetchTimeMs: 5_000,
  ageMs: 1_500,
  lastSuccessTimeMs: 5_000,
  lastErrorTimeMs: null,
  coveredSince: null,
  upstreamCalls: 7,
  circuit: CLOSED,
  drift: {},
  driftExamples: {},
};
const NEVER_READ: Partial<FeedStatus> = {
  state: 'LOADING',
  ...{ taskCount: null, fetchTimeMs: null, ageMs: null, lastSuccessTimeMs: null },
};

/** The values of a metric for feeds that differ so from one that is well. */
function valuesOf(metric: string, ...feeds: readonly Partial<FeedStatus>[]): (readonly [string, number])[] {
  const source: SourceStatus = {
    ...{ id: 's', provider: 'p', region: null, projectId: null, circuit: CLOSED },
    feeds: feeds.map((feed, index) => ({ ...READ, feed: `sources/s/feeds/${index}`, ...feed })),
  };
  const family = feedMetrics([source]).find(({ name }) => name === metric);
  return [...(family?.series ?? [])];
}

const LABELS = 'source="s",feed="sources/s/feeds/0"';
const UP = 'tributary_source_up';

describe('tributary_source_up', () => {
  it.each<[string, readonly Partial<FeedStatus>[], number]>([
    ['1 where the last read of each feed went well', [{}, {}], 1],
    ['1 where a feed is only old, as nobody has asked', [{ state: 'STALE' }], 1],
    ['1 where a feed is not whole', [{ state: 'TRUNCATED', reason: 'LIMIT', truncation: 'LIMIT' }], 1],
    ['0 where the last read of one feed failed, even if its snapshot is fresh', [{}, { isFailing: true }], 0],
    ['0 where a feed has not been read yet', [{}, NEVER_READ], 0],
    ['1 where a feed is disabled', [{}, { ...NEVER_READ, state: 'DISABLED', isFailing: true }], 1],
    ['1 where the upstream has no feeds', [], 1],
  ])('is %s', (_, feeds, value) => {
    expect(valuesOf(UP, ...feeds)).toEqual([['source="s"', value]]);
  });
});

describe('tributary_source_credential_refused', () => {
  const refused = diagnosisOf('CREDENTIAL_REFUSED');

  it.each<[string, Partial<FeedStatus>, number]>([
    ['1 where the upstream refused the credentials', { state: 'STALE', reason: 'UNAUTHORIZED' }, 1],
    [
      '1 where the circuit is open for that',
      { state: 'FAILED', reason: 'CIRCUIT_OPEN', diagnosis: refused },
      1,
    ],
    ['0 where a permission is missing', { state: 'FAILED', reason: 'FORBIDDEN' }, 0],
    ['0 where all is well', {}, 0],
  ])('is %s', (_, feed, value) => {
    expect(valuesOf('tributary_source_credential_refused', {}, feed)).toEqual([['source="s"', value]]);
  });
});

describe('tributary_feed_complete', () => {
  it.each<[string, Partial<FeedStatus>, number[]]>([
    ['1 for a whole snapshot', {}, [1]],
    ['1 for a whole snapshot that is old', { state: 'STALE', reason: 'TIMEOUT' }, [1]],
    ['0 for a truncated one, even while it is stale', { state: 'STALE', truncation: 'LIMIT' }, [0]],
    ['0 without a snapshot', NEVER_READ, [0]],
    ['absent while the feed is disabled', { ...NEVER_READ, state: 'DISABLED' }, []],
  ])('is %s', (_, feed, values) => {
    expect(valuesOf('tributary_feed_complete', feed).map(([, value]) => value)).toEqual(values);
  });
});

describe('the other metrics of feeds', () => {
  it('tell ages and times in seconds, and nothing where there is nothing to tell', () => {
    expect(valuesOf('tributary_feed_age_seconds', {})).toEqual([[LABELS, 1.5]]);
    expect(valuesOf('tributary_feed_last_success_timestamp_seconds', {})).toEqual([[LABELS, 5]]);
    expect(valuesOf('tributary_feed_last_failure_timestamp_seconds', {})).toEqual([]);
    expect(valuesOf('tributary_feed_age_seconds', NEVER_READ)).toEqual([]);
    expect(valuesOf('tributary_feed_tasks', NEVER_READ)).toEqual([]);
    expect(valuesOf('tributary_feed_upstream_calls_total', {})).toEqual([[LABELS, 7]]);
  });

  it('tell the state with its reason, the circuit and the drift', () => {
    const failed: Partial<FeedStatus> = {
      state: 'FAILED',
      reason: 'THROTTLED',
      circuit: { state: 'HALF_OPEN', nextProbeTimeMs: null },
      drift: { droppedRow: 2 },
    };
    expect(valuesOf('tributary_feed_state', failed)).toEqual([
      [`${LABELS},state="FAILED",reason="THROTTLED",cause=""`, 1],
    ]);
    expect(valuesOf('tributary_feed_circuit_open', failed)).toEqual([[LABELS, 1]]);
    expect(valuesOf('tributary_source_circuit_open', failed)).toEqual([['source="s"', 0]]);
    expect(valuesOf('tributary_feed_drift', failed)).toEqual([[`${LABELS},kind="droppedRow"`, 2]]);
    expect(valuesOf('tributary_feed_fresh', failed)).toEqual([[LABELS, 0]]);
  });
});
