// For those who run the gateway: is it fast, is it well, and what do the upstreams do.
import {
  choice,
  coloured,
  dashboard,
  GREEN,
  lines,
  ORANGE,
  page,
  RED,
  runbook,
  stat,
  steps,
  table,
} from './panels.mjs';
import { AT, ofInstances, perSecond, quantile, rate, SOURCES } from './queries.mjs';
import { snapshots, upstreams } from './upstream-panels.mjs';

const ANSWERS = 'http_server_request_duration_seconds';
const OF_QUESTIONS = `${AT},http_route=~"/v1/.*"`;
const SHED = `sum(${rate('tributary_http_shed_total')})`;

const QUANTILES = [
  [0.5, 'median'],
  [0.95, '95 %'],
  [0.99, '99 %'],
];
const quantiles = (histogram, options) =>
  Object.fromEntries(QUANTILES.map(([share, name]) => [quantile(share, histogram, options), name]));
const glance = [
  stat({
    title: 'Replicas',
    description: 'Those that Prometheus can scrape.',
    queries: { [`count(tributary_build_info{${AT}}) or vector(0)`]: '' },
    width: 3,
    links: [runbook('BackupGatewayAbsent'), runbook('TributaryTargetDown')],
  }),
  stat({
    title: 'Requests',
    description: 'Answers a second, without probes and scrapes.',
    queries: { [`sum(${rate(`${ANSWERS}_count`, OF_QUESTIONS)})`]: '' },
    unit: 'reqps',
    decimals: 1,
    width: 3,
  }),
  stat({
    title: 'Turned away',
    description: 'The share of requests that got a 503 because of overload.',
    queries: { [`${SHED} / (${SHED} + sum(${rate(`${ANSWERS}_count`)}))`]: '' },
    unit: 'percentunit',
    decimals: 2,
    thresholds: steps([0.01, RED]),
    width: 4,
    links: [runbook('TributaryOverloaded')],
  }),
  stat({
    title: 'Sources that cannot be read',
    description: 'The last read of at least one of their feeds failed.',
    queries: { [`sum(min by (job, namespace, source) (tributary_source_up{${SOURCES}}) < bool 1)`]: '' },
    thresholds: steps([1, RED]),
    width: 5,
    links: [runbook('BackupSourceBlind')],
  }),
  stat({
    title: 'Configurations that are not valid',
    description: 'Replicas that go on with an old configuration.',
    queries: { [`sum(tributary_config_last_reload_successful{${AT}} < bool 1)`]: '' },
    thresholds: steps([1, RED]),
    width: 5,
    links: [runbook('TributaryReloadFailed')],
  }),
  stat({
    title: 'Replicas without Redis',
    description: 'They answer, and read all feeds by themselves. Empty where no Redis is configured.',
    queries: { [`sum(tributary_redis_up{${AT}} < bool 1)`]: '' },
    thresholds: steps([1, ORANGE]),
    width: 4,
    links: [runbook('TributaryRedisDown')],
  }),
];

const requests = [
  lines({
    title: 'Requests by route',
    description: 'Answers a second.',
    queries: { [perSecond('http_route', `${ANSWERS}_count`)]: '{{http_route}}' },
    unit: 'reqps',
  }),
  lines({
    title: 'Answers by status',
    description:
      'A 304 is an answer that the client had already. Requests that were turned away are not among them.',
    queries: {
      [perSecond('http_response_status_code', `${ANSWERS}_count`)]: '{{http_response_status_code}}',
    },
    unit: 'reqps',
    isStacked: true,
  }),
  lines({
    title: 'Time to answer',
    description: 'Of the API, waits for upstreams included.',
    queries: quantiles(ANSWERS, { labels: OF_QUESTIONS }),
    unit: 's',
  }),
  lines({
    title: 'Time to answer by route',
    description: '95 % of the answers take no longer.',
    queries: { [quantile(0.95, ANSWERS, { by: ['http_route'] })]: '{{http_route}}' },
    unit: 's',
  }),
  lines({
    title: 'Partial answers',
    description: 'Answers a second that lacked the current state of a feed.',
    queries: { [perSecond('http_route', 'tributary_partial_answers_total')]: '{{http_route}}' },
    unit: 'reqps',
    links: [runbook('BackupSourceBlind'), runbook('TributaryDataOld')],
  }),
  lines({
    title: 'What questions waited for',
    description: 'hit: no wait; stale: a newer snapshot; miss: the first snapshot.',
    queries: { [perSecond('result', 'tributary_cache_lookups_total')]: '{{result}}' },
    overrides: [coloured('hit', GREEN), coloured('stale', ORANGE), coloured('miss', RED)],
    unit: 'reqps',
    isStacked: true,
  }),
];

const overload = [
  lines({
    title: 'Requests turned away',
    description: 'queue: waited too long; in-flight: too many at once.',
    queries: { [perSecond('cause', 'tributary_http_shed_total')]: '{{cause}}' },
    unit: 'reqps',
    links: [runbook('TributaryOverloaded')],
  }),
  lines({
    title: 'Requests in flight, and connections',
    description: 'Requests that wait or are being answered, and open client connections.',
    queries: ofInstances({
      tributary_http_requests_in_flight: 'requests',
      tributary_http_connections: 'connections',
    }),
  }),
  lines({
    title: 'Connections and requests that came to nothing',
    description:
      'Connections closed without an answer, by cause, and requests that are not valid HTTP, by status.',
    queries: {
      [perSecond('cause', 'tributary_http_connections_dropped_total')]: '{{cause}}',
      [perSecond('status', 'tributary_http_unreadable_requests_total')]: '{{status}}',
    },
    unit: 'cps',
  }),
];

const processes = [
  lines({
    title: 'Processor',
    description: '1 is a whole core; one replica cannot use more than about one.',
    queries: { [perSecond('instance', 'process_cpu_seconds_total')]: '{{instance}}' },
    unit: 'percentunit',
    links: [runbook('TributaryOverloaded')],
  }),
  lines({
    title: 'Event loop',
    description: 'How late it was between two scrapes: requests wait so long. 10 ms is an idle process.',
    queries: ofInstances({
      nodejs_eventloop_lag_p50_seconds: 'median',
      nodejs_eventloop_lag_p99_seconds: '99 %',
      nodejs_eventloop_lag_max_seconds: 'longest',
    }),
    unit: 's',
    links: [runbook('TributaryOverloaded')],
  }),
  lines({
    title: 'Memory',
    description: 'Of the whole process, and of the heap that is in use.',
    queries: ofInstances({
      process_resident_memory_bytes: 'process',
      nodejs_heap_size_used_bytes: 'heap in use',
    }),
    unit: 'bytes',
    links: [runbook('TributaryRestarting')],
  }),
  lines({
    title: 'Garbage collection',
    description: 'The share of time that it takes, by kind.',
    queries: { [perSecond('kind', 'nodejs_gc_duration_seconds_sum')]: '{{kind}}' },
    unit: 'percentunit',
  }),
  lines({
    title: 'Hours running, and lost log lines',
    description: 'A start is a drop of the first. Lines are lost while the log cannot be written.',
    queries: {
      [`(time() - process_start_time_seconds{${AT}} and on (job, instance) tributary_build_info{${AT}}) / 3600`]:
        '{{instance}} hours running',
      [`increase(tributary_log_dropped_total{${AT}}[$__rate_interval])`]: '{{instance}} lost lines',
    },
    links: [runbook('TributaryRestarting')],
  }),
  table({
    title: 'Versions and configurations',
    description: 'What each replica runs, and how long ago its configuration was last read and valid.',
    queries: {
      [`(time() - tributary_config_last_reload_success_timestamp_seconds{${AT}}) * on (job, instance) group_left (version, node) tributary_build_info{${AT}}`]:
        '',
    },
    value: 'configuration read',
    unit: 's',
    width: 8,
    links: [runbook('TributaryReloadFailed')],
  }),
];

export const gateway = dashboard({
  uid: 'tributary-gateway',
  title: 'Tributary: gateway',
  description: 'Whether the gateway is fast and well, and what the upstreams and Redis do.',
  variables: [
    choice('job', 'tributary_build_info'),
    choice('instance', 'tributary_build_info{job=~"$job"}'),
    choice('source', 'tributary_source_up{job=~"$job"}'),
  ],
  links: [page('Runbooks', 'runbooks/README.md'), page('Metrics', 'metrics.md')],
  rows: {
    'At a glance': glance,
    Requests: requests,
    Overload: overload,
    Processes: processes,
    'Upstreams and reads': upstreams,
    'Snapshots and Redis': snapshots,
  },
});
