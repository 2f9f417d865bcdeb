// For those who answer for backups: what is protected, what is wrong, and what cannot be seen.
import {
  choice,
  coloured,
  dashboard,
  GREEN,
  GREY,
  lines,
  ORANGE,
  page,
  RED,
  runbook,
  stat,
  steps,
  table,
  timeline,
} from './panels.mjs';

const AT = 'job=~"$job",namespace=~"$namespace",source=~"$source"';
const OF = `{${AT}}`;
/** Replicas of an installation share them. */
const SOURCE = 'job, namespace, source';
const RESOURCE = `${SOURCE}, type, name, resource`;
const BAD = 'OVERDUE|NEVER_RUN|FAILING|STUCK|LAGGING|STOPPED|PAUSED';
const HOUR = 3_600;

/** Replicas tell the same of backups: the largest is the value of all of them. */
const resources = (metric) => `max by (${RESOURCE}) (${metric}${OF})`;
/** The same for tables, without what `labels` leave out: the id stands in for a name that is not known. */
const named = (metric, labels = '', by = RESOURCE) => {
  const of = (name) => `${metric}{${AT},name${name}""${labels}}`;
  return `max by (${by}) (${of('!=')} or label_replace(${of('=')}, "name", "$1", "resource", "(.*)"))`;
};
/** How many resources have one of these verdicts. */
const withVerdict = (verdicts) =>
  `sum(max by (${RESOURCE}, verdict) (tributary_protection_verdict{${AT},verdict=~"${verdicts}"}))`;

const VERDICT_COLOURS = [
  coloured('OK', GREEN),
  coloured('VIOLATED', RED),
  coloured('UNKNOWN', ORANGE),
  coloured('NOT_EXPECTED', GREY),
];
const BY_VERDICT = `sum by (verdict) (max by (${RESOURCE}, verdict) (tributary_protection_verdict${OF}))`;

const worst = ({ title, description, metric, labels, isAge, ...options }) =>
  table({
    title,
    description,
    queries: { [`topk(20, ${isAge ? 'time() - ' : ''}${named(metric, labels)}${isAge ? '' : ' > 0'})`]: '' },
    unit: isAge ? 's' : 'short',
    hidden: ['job', 'resource'],
    ...options,
  });

export const backups = dashboard({
  uid: 'tributary-backups',
  title: 'Tributary: backups',
  description: 'Which backups are as expected, which are not, and what cannot be seen.',
  variables: [
    choice('job', 'tributary_build_info'),
    choice('namespace', 'tributary_build_info{job=~"$job"}'),
    choice('source', 'tributary_source_up{job=~"$job",namespace=~"$namespace"}'),
  ],
  links: [page('Runbooks', 'runbooks/README.md'), page('Expectations', 'expectations.md')],
  rows: {
    'At a glance': [
      stat({
        title: 'Resources by verdict',
        description: 'OK: as expected. VIOLATED: not as expected. UNKNOWN: what is known proves nothing.',
        queries: { [BY_VERDICT]: '{{verdict}}' },
        overrides: VERDICT_COLOURS,
        width: 9,
        links: [page('Verdicts and reasons', 'expectations.md')],
      }),
      stat({
        title: 'Proven to be protected',
        description: 'Of the resources of which backups are expected, those with the verdict OK.',
        queries: { [`${withVerdict('OK')} / ${withVerdict('OK|VIOLATED|UNKNOWN')}`]: '' },
        unit: 'percentunit',
        decimals: 1,
        width: 4,
      }),
      stat({
        title: 'Oldest last success',
        description: 'Of the resource that has gone without a successful backup for the longest time.',
        queries: { [`max(time() - ${resources('tributary_backup_last_success_timestamp_seconds')})`]: '' },
        unit: 's',
        decimals: 1,
        width: 4,
        links: [runbook('BackupOverdue')],
      }),
      stat({
        title: 'Sources that cannot be read',
        description: 'What goes wrong there is not noticed.',
        queries: { [`sum(min by (${SOURCE}) (tributary_source_up${OF}) < bool 1)`]: '' },
        thresholds: steps([1, RED]),
        width: 4,
        links: [runbook('BackupSourceBlind')],
      }),
      stat({
        title: 'Resources left out',
        description:
          'More than metrics.maxResources: they have no metrics of their own, and are not on this page.',
        queries: {
          'sum(max by (job, namespace) (tributary_metrics_resources_omitted{job=~"$job",namespace=~"$namespace"}))':
            '',
        },
        thresholds: steps([1, ORANGE]),
        width: 3,
        links: [runbook('BackupResourcesOmitted')],
      }),
    ],
    'What is wrong': [
      table({
        title: 'Resources with a reason to act',
        description: 'Each reason that holds now. The links of this panel lead to what each means.',
        queries: {
          [named('tributary_protection_reason', `,reason=~"${BAD}"`, `${RESOURCE}, reason`)]: '',
        },
        value: 'holds',
        hidden: ['Value', 'job', 'resource'],
        height: 10,
        links: [
          'BackupOverdue',
          'BackupNeverRun',
          'BackupFailing',
          'BackupStuck',
          'LogBackupLagging',
          'LogBackupStopped',
        ].map(runbook),
      }),
      lines({
        title: 'Resources by verdict',
        description: 'How many resources had which verdict.',
        links: [runbook('BackupVerdictUnknown')],
        queries: { [BY_VERDICT]: '{{verdict}}' },
        overrides: VERDICT_COLOURS,
        isStacked: true,
        width: 6,
        height: 10,
      }),
      lines({
        title: 'Resources by reason',
        description: 'How many resources had which reason to act.',
        queries: {
          [`count by (reason) (max by (${RESOURCE}, reason) (tributary_protection_reason{${AT},reason=~"${BAD}"}))`]:
            '{{reason}}',
        },
        width: 6,
        height: 10,
      }),
    ],
    'The twenty worst': [
      worst({
        title: 'Longest without a success',
        description: 'Time since the end of the last successful backup, whatever is expected.',
        metric: 'tributary_backup_last_success_timestamp_seconds',
        isAge: true,
        value: 'since the last success',
        links: [runbook('BackupOverdue')],
      }),
      worst({
        title: 'Most failures in a row',
        description: 'Failed backups since the last success.',
        metric: 'tributary_backup_consecutive_failures',
        value: 'failures',
        links: [runbook('BackupFailing')],
      }),
      worst({
        title: 'Running for longest',
        description: 'Time since the oldest running task began. Log streams, which never end, are left out.',
        metric: 'tributary_backup_running_since_timestamp_seconds',
        labels: ',type!~"oceanbase-.*"',
        isAge: true,
        value: 'running for',
        links: [runbook('BackupStuck')],
      }),
      worst({
        title: 'Log backups that are furthest behind',
        description: 'Time since the point up to which logs are archived. A restore gets no further.',
        metric: 'tributary_backup_checkpoint_timestamp_seconds',
        isAge: true,
        value: 'behind by',
        links: [runbook('LogBackupLagging'), runbook('LogBackupStopped')],
      }),
    ],
    'What can be seen': [
      timeline({
        title: 'Sources',
        description: 'Whether the last read of each feed of the source succeeded.',
        queries: { [`min by (${SOURCE}) (tributary_source_up${OF})`]: '{{source}}' },
        states: { 0: ['cannot be read', RED], 1: ['readable', GREEN] },
        links: [runbook('BackupSourceBlind'), runbook('TributaryCredentialRefused')],
      }),
      lines({
        title: 'Age of the data',
        description: 'Of the oldest snapshot of each source. It grows while a feed cannot be read.',
        queries: { [`max by (${SOURCE}) (tributary_feed_age_seconds${OF})`]: '{{source}}' },
        unit: 's',
        thresholds: steps([HOUR / 2, RED]),
        width: 12,
        links: [runbook('TributaryDataOld')],
      }),
      table({
        title: 'Feeds that are not as they should be',
        description: 'Their state, with the reason and the cause, as GET /v1/sources tells them.',
        queries: {
          [`max by (${SOURCE}, feed, state, reason, cause) (tributary_feed_state{${AT},state!~"FRESH|DISABLED"})`]:
            '',
        },
        value: 'holds',
        hidden: ['Value', 'job'],
        links: [runbook('BackupSourceBlind'), page('Metrics', 'metrics.md')],
      }),
      lines({
        title: 'Signs of a changed format',
        description: 'Rows with unknown words or unreadable fields in the newest snapshots, by kind.',
        queries: {
          [`sum by (source, kind) (max by (${SOURCE}, feed, kind) (tributary_feed_drift${OF}))`]:
            '{{source}} {{kind}}',
        },
        width: 6,
        links: [runbook('TributaryUpstreamDrift')],
      }),
      lines({
        title: 'Tasks by status',
        description: 'Tasks in the newest snapshots of the sources.',
        queries: { [`sum by (status) (max by (${SOURCE}, status) (tributary_tasks${OF}))`]: '{{status}}' },
        isStacked: true,
        width: 6,
      }),
    ],
  },
});
