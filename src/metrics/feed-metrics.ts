import type { CircuitStatus, FeedStatus, SourceStatus } from '@/model/collection.js';
import { labelText, type MetricFamily, type Series } from '@/model/metric.js';

/** The state of sources and of their feeds, as it is now. */
export function feedMetrics(sources: readonly SourceStatus[]): MetricFamily[] {
  const feeds = sources.flatMap(({ id, feeds }) =>
    feeds.map((feed) => ({ labels: labelsOf(id, feed), feed })),
  );
  return [
    ...SOURCE_METRICS.map(({ value, ...family }) => ({
      ...family,
      ...GAUGE,
      series: sources.map((source) => [labelText({ source: source.id }), value(source)] as const),
    })),
    ...FEED_METRICS.map(({ value, ...family }) => ({
      ...GAUGE,
      ...family,
      series: feeds.flatMap(({ labels, feed }) => {
        const now = value(feed);
        return now === null ? [] : [[labels, now] as const];
      }),
    })),
    {
      name: 'tributary_feed_state',
      help: '1 for the current state of each feed, with its reason and cause as in /v1/sources (empty if there is none)',
      ...GAUGE,
      series: feeds.map(({ labels, feed }) => [`${labels},${stateOf(feed)}`, 1] as const),
    },
    {
      name: 'tributary_feed_drift',
      help: 'Signs in the newest snapshot that the upstream has changed, by kind',
      ...GAUGE,
      series: feeds.flatMap(({ labels, feed: { drift } }) =>
        Object.entries(drift).map(([kind, count]): Series => [`${labels},${labelText({ kind })}`, count]),
      ),
    },
  ];
}

const GAUGE = { type: 'gauge' } as const;

interface SourceMetric {
  readonly name: string;
  readonly help: string;
  readonly value: (source: SourceStatus) => number;
}

const SOURCE_METRICS: readonly SourceMetric[] = [
  {
    name: 'tributary_source_up',
    help: '1 if the last read of each feed of the source succeeded, else 0; 0 also while a feed has not been read yet',
    value: ({ feeds }) => numberOf(feeds.every(isUp)),
  },
  {
    name: 'tributary_source_circuit_open',
    help: '1 while the circuit of the source is open or half-open after failures, else 0',
    value: ({ circuit }) => numberOf(isOpen(circuit)),
  },
  {
    name: 'tributary_source_credential_refused',
    help: '1 while a feed of the source cannot be read because the upstream refused the credentials, else 0',
    value: ({ feeds }) => numberOf(feeds.some(isRefused)),
  },
];

interface FeedMetric extends Pick<MetricFamily, 'name' | 'help'> {
  readonly type?: 'counter';
  /** null: no value. */
  readonly value: (feed: FeedStatus) => number | null;
}

const FEED_METRICS: readonly FeedMetric[] = [
  {
    name: 'tributary_feed_fresh',
    help: '1 if the state of the feed is FRESH, else 0; no value while it is DISABLED',
    value: ifEnabled(({ state }) => state === 'FRESH'),
  },
  {
    name: 'tributary_feed_complete',
    help: '1 if the newest snapshot has all tasks of the feed, 0 if it is truncated or there is none; no value while the feed is DISABLED',
    value: ifEnabled(({ fetchTimeMs, truncation }) => fetchTimeMs !== null && truncation === null),
  },
  {
    name: 'tributary_feed_tasks',
    help: 'Tasks in the newest snapshot',
    value: ({ taskCount }) => taskCount,
  },
  {
    name: 'tributary_feed_age_seconds',
    help: 'Age of the newest snapshot',
    value: ({ ageMs }) => inSeconds(ageMs),
  },
  {
    name: 'tributary_feed_last_success_timestamp_seconds',
    help: 'When the feed was last read successfully',
    value: ({ lastSuccessTimeMs }) => inSeconds(lastSuccessTimeMs),
  },
  {
    name: 'tributary_feed_last_failure_timestamp_seconds',
    help: 'When a read of the feed last failed',
    value: ({ lastErrorTimeMs }) => inSeconds(lastErrorTimeMs),
  },
  {
    name: 'tributary_feed_upstream_calls_total',
    help: 'Upstream calls that this process has made for the feed',
    type: 'counter',
    value: ({ upstreamCalls }) => upstreamCalls,
  },
  {
    name: 'tributary_feed_circuit_open',
    help: '1 while the circuit of the feed is open or half-open after failures, else 0',
    value: ({ circuit }) => numberOf(isOpen(circuit)),
  },
];

function isUp({ state, isFailing, lastSuccessTimeMs }: FeedStatus): boolean {
  return state === 'DISABLED' || (lastSuccessTimeMs !== null && !isFailing);
}

/** While a circuit is open, its diagnosis tells why. */
function isRefused({ reason, diagnosis }: FeedStatus): boolean {
  return reason === 'UNAUTHORIZED' || diagnosis?.cause === 'CREDENTIAL_REFUSED';
}

function ifEnabled(holds: (feed: FeedStatus) => boolean): (feed: FeedStatus) => number | null {
  return (feed) => (feed.state === 'DISABLED' ? null : numberOf(holds(feed)));
}

function labelsOf(source: string, { feed }: FeedStatus): string {
  return labelText({ source, feed });
}

function stateOf({ state, reason, diagnosis }: FeedStatus): string {
  return labelText({ state, reason: reason ?? '', cause: diagnosis?.cause ?? '' });
}

function isOpen({ state }: CircuitStatus): boolean {
  return state !== 'CLOSED';
}

function numberOf(holds: boolean): number {
  return holds ? 1 : 0;
}

function inSeconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}
