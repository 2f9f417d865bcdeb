import { Counter, Histogram, type HistogramConfiguration, type Registry } from 'prom-client';
import { FAILURE_CAUSES, type FailureCause } from '@/model/diagnosis.js';
import { FAILURE_REASONS, type FailureReason } from '@/model/failure.js';

const CALLS = {
  name: 'tributary_upstream_call_duration_seconds',
  help: 'Time of upstream calls, by source and outcome (OK or a failure reason)',
  labelNames: ['source', 'outcome'],
  buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
} satisfies HistogramConfiguration<'source' | 'outcome'>;
const FAILED_CALLS = {
  name: 'tributary_upstream_failed_calls_total',
  help: 'Upstream calls that failed, by source and cause (as in /v1/sources)',
  labelNames: ['source', 'cause'],
} as const;
const ERROR_ANSWERS = {
  name: 'tributary_upstream_error_answers_total',
  help: 'Upstream calls that failed although there was an answer, by source and the HTTP status of the answer',
  labelNames: ['source', 'http_response_status_code'],
} as const;
const RETRIES = {
  name: 'tributary_upstream_retries_total',
  help: 'Retries of upstream calls, by source and by the reason why the call before failed',
  labelNames: ['source', 'reason'],
} as const;
const READS = {
  name: 'tributary_feed_reads_total',
  help: 'Reads of feeds, lists of feeds and inventories by this process, by source and outcome (OK or a failure reason)',
  labelNames: ['source', 'outcome'],
} as const;
const READ_DURATIONS = {
  name: 'tributary_feed_read_duration_seconds',
  help: 'Time of the reads of feeds, lists of feeds and inventories by this process, all their calls together, by source',
  labelNames: ['source'],
  buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800],
} satisfies HistogramConfiguration<'source'>;
const LOOKUPS = {
  name: 'tributary_cache_lookups_total',
  help: 'Questions for snapshots, by result: no wait for an upstream (hit), a wait for a newer snapshot (stale) or for the first one (miss)',
  labelNames: ['result'],
} as const;

const OUTCOMES = ['OK', ...FAILURE_REASONS] as const;

interface FinishedCall {
  readonly source: string;
  readonly outcome: FailureReason | 'OK';
  readonly cause: FailureCause | null;
  readonly httpStatus: number | null;
  readonly durationMs: number;
}

type Labels = Partial<Record<string, string | number>>;

/** What counters and histograms have in common. */
interface LabelledMetric {
  get(): Promise<{ readonly values: readonly { readonly labels: Labels }[] }>;
  remove(labels: Labels): void;
}

/** What this process counts of upstream calls, of the reads of feeds that they are made for, and of who waits for these. */
export class UpstreamMetrics {
  readonly #calls: Histogram<'source' | 'outcome'>;
  readonly #failedCalls: Counter<'source' | 'cause'>;
  readonly #errorAnswers: Counter<'source' | 'http_response_status_code'>;
  readonly #retries: Counter<'source' | 'reason'>;
  readonly #reads: Counter<'source' | 'outcome'>;
  readonly #readDurations: Histogram<'source'>;
  readonly #lookups: Counter<'result'>;
  /** null: all that there are. */
  #sources: ReadonlySet<string> | null = null;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#calls = new Histogram({ ...CALLS, registers });
    this.#failedCalls = new Counter({ ...FAILED_CALLS, registers });
    this.#errorAnswers = new Counter({ ...ERROR_ANSWERS, registers });
    this.#retries = new Counter({ ...RETRIES, registers });
    this.#reads = new Counter({ ...READS, registers });
    this.#readDurations = new Histogram({ ...READ_DURATIONS, registers });
    this.#lookups = new Counter({ ...LOOKUPS, registers });
    for (const result of ['hit', 'stale', 'miss'] as const) this.#lookups.inc({ result }, 0);
  }

  callFinished({ source, outcome, cause, httpStatus, durationMs }: FinishedCall): void {
    if (this.#isGone(source)) return;
    this.#calls.observe({ source, outcome }, durationMs / 1000);
    if (cause !== null) this.#failedCalls.inc({ source, cause });
    if (httpStatus !== null) this.#errorAnswers.inc({ source, http_response_status_code: httpStatus });
  }

  callRetried({ source, reason }: { readonly source: string; readonly reason: FailureReason }): void {
    if (this.#isGone(source)) return;
    this.#retries.inc({ source, reason });
  }

  readFinished({ source, outcome, durationMs }: Omit<FinishedCall, 'cause' | 'httpStatus'>): void {
    if (this.#isGone(source)) return;
    this.#reads.inc({ source, outcome });
    this.#readDurations.observe({ source }, durationMs / 1000);
  }

  questionAnswered(waitedFor: 'stale' | 'miss' | null): void {
    this.#lookups.inc({ result: waitedFor ?? 'hit' });
  }

  /** Gives each source its series. Prometheus sees the first event as an increase only if the series existed before it. */
  addSources(ids: readonly string[]): void {
    for (const source of ids) {
      for (const cause of FAILURE_CAUSES) this.#failedCalls.inc({ source, cause }, 0);
      for (const reason of FAILURE_REASONS) this.#retries.inc({ source, reason }, 0);
      for (const outcome of OUTCOMES) this.#reads.inc({ source, outcome }, 0);
    }
  }

  /** Forgets other sources. A read that goes on after its source was removed counts nothing. */
  keepOnly(sources: ReadonlySet<string>): void {
    this.#sources = sources;
    void this.#removeOthers();
  }

  async #removeOthers(): Promise<void> {
    const counters = [this.#failedCalls, this.#errorAnswers, this.#retries, this.#reads];
    const metrics: readonly LabelledMetric[] = [...counters, this.#calls, this.#readDurations];
    for (const metric of metrics) {
      const { values } = await metric.get();
      for (const { labels } of values) {
        // Buckets go with their sum.
        if (!('le' in labels) && this.#isGone(String(labels.source))) metric.remove(labels);
      }
    }
  }

  #isGone(source: string): boolean {
    return this.#sources?.has(source) === false;
  }
}
