import type { FeedCollection, Freshness } from '@/model/collection.js';
import {
  labelText,
  MetricSource,
  type MetricFamily,
  type MetricsConfig,
  type Series,
} from '@/model/metric.js';
import { runCooperatively, visitInSteps } from '@/scheduling/cooperative.js';
import type { Assessor } from './assessor.js';
import { PageCut } from './list-order.js';
import { ListEntry } from './list-entry.js';
import type { ResourceLister } from './resource-lister.js';
import type { Assessment, Judged, SourceJudge } from './source-judge.js';
import { judgedStream, VERDICTS } from './verdict.js';

/**
 * Tells of the backups of each resource, and of the verdict on it, by what answers about resources are made from: a restart
 * changes nothing.
 */
export class ResourceMetrics extends MetricSource {
  constructor(
    private readonly lister: ResourceLister,
    private readonly assessor: Assessor,
    private config: MetricsConfig,
  ) {
    super();
  }

  /** Holds for all scrapes from now on. */
  apply(config: MetricsConfig): void {
    this.config = config;
  }

  override async collect(collection: FeedCollection, freshness: Freshness): Promise<MetricFamily[]> {
    const known = await this.lister.known({}, collection, freshness);
    const worst = new PageCut<ListEntry>({ page: null, pageSize: this.config.maxResources }, null);
    await this.assessor.visit(known, this.lister.momentOf(null, null), (judged, judge) => {
      // What was removed on purpose has no series.
      if (!isRetired(judged, judge)) worst.add(new ListEntry(judged, judge, 'verdict'));
    });
    const { entries } = worst.cut();
    return resourceMetrics(entries, worst.totalSize - entries.length);
  }
}

function isRetired({ memoized, judgement }: Judged, judge: SourceJudge): boolean {
  return judgement.verdict === 'NOT_EXPECTED' && judge.assess(memoized).retiredMs !== null;
}

/** Series for each of these resources. */
async function resourceMetrics(entries: readonly ListEntry[], omitted: number): Promise<MetricFamily[]> {
  const families = METRICS.map((metric) => ({ metric, series: [] as Series[] }));
  const tell = ({ assessment }: ListEntry): void => {
    const labels = labelsOf(assessment);
    for (const { metric, series } of families) series.push(...metric.seriesOf(assessment, labels));
  };
  await runCooperatively(visitInSteps(entries, tell));
  return [
    ...families.map(({ metric: { name, help }, series }) => ({ name, help, type: 'gauge' as const, series })),
    {
      name: 'tributary_metrics_resources_omitted',
      help: 'Resources without series of their own, because there are more than metrics.maxResources',
      type: 'gauge',
      series: [['', omitted]],
    },
  ];
}

function labelsOf({ resource: { source, type, id, name } }: Assessment): string {
  return labelText({ source, type: type ?? '', resource: id, name: name ?? '' });
}

interface ResourceMetric extends Pick<MetricFamily, 'name' | 'help'> {
  /** Of one resource, with its labels. */
  readonly seriesOf: (assessment: Assessment, labels: string) => readonly Series[];
}

const METRICS: readonly ResourceMetric[] = [
  {
    name: 'tributary_backup_last_success_timestamp_seconds',
    help: 'When the last successful backup of the resource ended; no value without one',
    seriesOf: ({ history }, labels) => timestamp(labels, history.lastSuccess?.timeMs),
  },
  {
    name: 'tributary_backup_last_failure_timestamp_seconds',
    help: 'When the last failed backup of the resource ended; no value without one',
    seriesOf: ({ history }, labels) => timestamp(labels, history.lastFailure?.timeMs),
  },
  {
    name: 'tributary_backup_consecutive_failures',
    help: 'Failed backups of the resource since its last success',
    seriesOf: ({ history }, labels) => [[labels, history.failuresSinceSuccess]],
  },
  {
    name: 'tributary_backup_running_since_timestamp_seconds',
    help: 'When the oldest backup of the resource that is running began; no value while none is',
    seriesOf: ({ history }, labels) => timestamp(labels, history.runningSinceMs),
  },
  {
    name: 'tributary_backup_checkpoint_timestamp_seconds',
    help: 'Up to when the continuous log backup of the resource has archived logs; no value where its expectation is about none',
    seriesOf: (assessment, labels) => timestamp(labels, judgedStream(assessment)?.checkpointTimeMs),
  },
  {
    name: 'tributary_protection_verdict',
    help: '1 for the verdict on the resource, 0 for all other verdicts',
    seriesOf: ({ judgement }, labels) =>
      VERDICTS.map((verdict) => [`${labels},verdict="${verdict}"`, judgement.verdict === verdict ? 1 : 0]),
  },
  {
    name: 'tributary_protection_reason',
    help: '1 for each reason of the verdict on the resource; no value for reasons that do not hold',
    seriesOf: ({ judgement }, labels) =>
      judgement.reasons.map((reason) => [`${labels},reason="${reason}"`, 1]),
  },
];

function timestamp(labels: string, epochMs: number | null | undefined): readonly Series[] {
  return epochMs === null || epochMs === undefined ? [] : [[labels, epochMs / 1000]];
}
