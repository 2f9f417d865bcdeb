// What the upstreams do, and the snapshots that are made of it.
import { GREEN, lines, ORANGE, page, RED, runbook, timeline } from './panels.mjs';
import { ofInstances, perSecond, quantile, SOURCES } from './queries.mjs';

const CALLS = 'tributary_upstream_call_duration_seconds';
const READS = 'tributary_feed_read_duration_seconds';
const COMMANDS = 'tributary_redis_command_duration_seconds';

export const upstreams = [
  timeline({
    title: 'Sources',
    description: 'Whether the last read of each feed of the source succeeded.',
    queries: { [`min by (job, namespace, source) (tributary_source_up{${SOURCES}})`]: '{{source}}' },
    states: { 0: ['cannot be read', RED], 1: ['readable', GREEN] },
    width: 8,
    links: [runbook('BackupSourceBlind')],
  }),
  timeline({
    title: 'Pauses',
    description:
      'While reads of a source pause after failures, and while an upstream refuses the credentials.',
    queries: {
      [`max by (source) (tributary_source_circuit_open{${SOURCES}})`]: '{{source}} failures',
      [`max by (source) (tributary_source_credential_refused{${SOURCES}})`]: '{{source}} credentials',
    },
    states: { 0: ['none', GREEN], 1: ['pause', ORANGE] },
    width: 8,
    links: [runbook('TributaryCredentialRefused')],
  }),
  lines({
    title: 'What is left of the budget',
    description: 'The share of the calls that the rate of the source allows. At 0, calls wait.',
    queries: {
      [`min by (source) (tributary_source_call_budget_remaining_calls{${SOURCES}} / tributary_source_call_budget_calls{${SOURCES}})`]:
        '{{source}}',
    },
    unit: 'percentunit',
    max: 1,
    links: [runbook('TributaryDataOld')],
  }),
  lines({
    title: 'Calls by source',
    description: 'Upstream calls a second, of all replicas.',
    queries: { [perSecond('source', `${CALLS}_count`, SOURCES)]: '{{source}}' },
    unit: 'reqps',
  }),
  lines({
    title: 'Time of calls',
    description: '95 % of the calls take no longer.',
    queries: { [quantile(0.95, CALLS, { by: ['source'], labels: SOURCES })]: '{{source}}' },
    unit: 's',
  }),
  lines({
    title: 'Failed calls',
    description: 'By source and cause, and the HTTP status where there was an answer.',
    queries: {
      [`${perSecond('source, cause', 'tributary_upstream_failed_calls_total', SOURCES)} > 0`]:
        '{{source}} {{cause}}',
      [perSecond('source, http_response_status_code', 'tributary_upstream_error_answers_total', SOURCES)]:
        '{{source}} {{http_response_status_code}}',
    },
    unit: 'reqps',
    links: [runbook('BackupSourceBlind')],
  }),
  lines({
    title: 'Retries',
    description: 'By why the call before failed.',
    queries: {
      [`${perSecond('source, reason', 'tributary_upstream_retries_total', SOURCES)} > 0`]:
        '{{source}} {{reason}}',
    },
    unit: 'reqps',
  }),
  lines({
    title: 'Reads of feeds',
    description: 'By outcome. A read takes one call or many.',
    queries: { [`${perSecond('outcome', 'tributary_feed_reads_total', SOURCES)} > 0`]: '{{outcome}}' },
    unit: 'ops',
    isStacked: true,
  }),
  lines({
    title: 'Time of reads',
    description:
      '95 % of the reads take no longer. If it is above server.deadline, requests do not wait to the end.',
    queries: { [quantile(0.95, READS, { by: ['source'], labels: SOURCES })]: '{{source}}' },
    unit: 's',
    links: [runbook('TributaryDataOld')],
  }),
];

export const snapshots = [
  lines({
    title: 'Tasks in snapshots',
    description: 'The rows that each source has.',
    queries: { [`sum by (source) (max by (source, feed) (tributary_feed_tasks{${SOURCES}}))`]: '{{source}}' },
    isStacked: true,
  }),
  lines({
    title: 'Snapshots to and from Redis',
    description: 'Bytes a second.',
    queries: { [perSecond('direction', 'tributary_snapshot_bytes_total')]: '{{direction}}' },
    unit: 'Bps',
  }),
  lines({
    title: 'Redis commands',
    description:
      '95 % take no longer. Short ones are given up after 0.5 s, those with much to carry after 5 s.',
    queries: { [quantile(0.95, COMMANDS, { by: ['kind'] })]: '{{kind}}' },
    unit: 's',
    links: [runbook('TributaryRedisDown')],
  }),
  timeline({
    title: 'Redis',
    description: 'Whether each replica can use it.',
    queries: ofInstances({ tributary_redis_up: '' }),
    states: { 0: ['down', RED], 1: ['up', GREEN] },
    width: 8,
    links: [runbook('TributaryRedisDown')],
  }),
  lines({
    title: 'Redis failures',
    description: 'Commands that failed or were not sent, and operations on shared snapshots, by code.',
    queries: {
      [`${perSecond('code', 'tributary_redis_failures_total')} > 0`]: '{{code}}',
      [`${perSecond('code', 'tributary_snapshot_store_faults_total')} > 0`]: 'snapshots {{code}}',
    },
    unit: 'ops',
    links: [runbook('TributaryRedisDown')],
  }),
  lines({
    title: 'Rejected values',
    description: 'Values from Redis with a wrong signature, or out of bounds. Somebody else may write to it.',
    queries: { [perSecond('kind', 'tributary_redis_rejected_total')]: '{{kind}}' },
    unit: 'ops',
    links: [page('Redis', 'redis.md')],
  }),
];
