import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { FAILURE_CAUSES, type FailureCause } from '@/model/diagnosis.js';
import { programVersion } from '@/config/program-version.js';
import { FAILURE_REASONS } from '@/model/failure.js';

const DROP_CAUSES = ['limit', 'descriptors', 'silent', 'tls'] as const;
/** Why a connection is closed without an answer. */
export type DropCause = (typeof DROP_CAUSES)[number];

/** A request as its answer is measured. */
interface AnsweredRequest {
  readonly method: string;
  readonly route: string;
  readonly status: number;
}

/** Of OpenTelemetry's semantic conventions; each other method is `_OTHER`. */
const METHODS: ReadonlySet<string> = new Set([
  ...['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE'],
]);

/** Gauges of prom-client whose names end like those of counters; `nodejs_active_resources` and the like have the same by type. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** What this process counts and measures. The values of labels come from closed sets or from the configuration. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #answers = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Time to answer, by method, route and status',
    labelNames: ['http_request_method', 'http_route', 'http_response_status_code'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers: [this.#registry],
  });
  readonly #calls = new Histogram({
    name: 'tributary_upstream_call_duration_seconds',
    help: 'Time of upstream calls, by source and outcome (OK or a failure reason)',
    labelNames: ['source', 'outcome'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers: [this.#registry],
  });
  readonly #failedCalls = new Counter({
    name: 'tributary_upstream_failed_calls_total',
    help: 'Upstream calls that failed, by source and cause (as in /v1/sources)',
    labelNames: ['source', 'cause'],
    registers: [this.#registry],
  });
  readonly #retries = new Counter({
    name: 'tributary_upstream_retries_total',
    help: 'Retries of upstream calls, by source and by the reason why the call before failed',
    labelNames: ['source', 'reason'],
    registers: [this.#registry],
  });
  readonly #storeFaults = new Counter({
    name: 'tributary_snapshot_store_faults_total',
    help: 'Failed operations on the shared snapshot store (the process fell back to its own copy), by error code',
    labelNames: ['code'],
    registers: [this.#registry],
  });
  readonly #transfers = new Counter({
    name: 'tributary_snapshot_bytes_total',
    help: 'Bytes of snapshots written to or read from the shared store, by direction (written, read)',
    labelNames: ['direction'],
    registers: [this.#registry],
  });

  readonly #rejectedValues = new Counter({
    name: 'tributary_redis_rejected_total',
    help: 'Values and messages from Redis that were rejected because their signature was wrong or they were out of bounds, by kind',
    labelNames: ['kind'],
    registers: [this.#registry],
  });

  /** Counts since the metrics were last read: there may be tens of thousands a second. */
  readonly #newSheds = new Map<string, number>();
  readonly #sheds = new Counter({
    name: 'tributary_http_shed_total',
    help: 'Requests answered with 503 because of overload, by cause: waited too long (queue), or too many requests in flight (in-flight)',
    labelNames: ['cause'],
    registers: [this.#registry],
    collect: () => {
      for (const [cause, count] of this.#newSheds) this.#sheds.inc({ cause }, count);
      this.#newSheds.clear();
    },
  });

  readonly #unreadable = new Counter({
    name: 'tributary_http_unreadable_requests_total',
    help: 'Requests rejected because they are not valid HTTP or did not arrive in time, by status',
    labelNames: ['status'],
    registers: [this.#registry],
  });
  readonly #droppedConnections = new Counter({
    name: 'tributary_http_connections_dropped_total',
    help: 'Connections closed without an answer, by cause: too many connections (limit), no file descriptors left (descriptors), no request arrived (silent), TLS failed (tls)',
    labelNames: ['cause'],
    registers: [this.#registry],
  });

  constructor() {
    for (const status of [400, 408, 413, 417, 431]) this.#unreadable.inc({ status }, 0);
    for (const cause of DROP_CAUSES) this.#droppedConnections.inc({ cause }, 0);
    for (const cause of ['queue', 'in-flight']) this.#newSheds.set(cause, 0);
    for (const direction of ['written', 'read']) this.#transfers.inc({ direction }, 0);
    new Gauge({
      name: 'tributary_build_info',
      help: '1, with the version of the gateway and of the Node that it runs on',
      labelNames: ['version', 'node'],
      registers: [this.#registry],
    }).set({ version: programVersion(), node: process.versions.node }, 1);
    collectDefaultMetrics({ register: this.#registry });
    for (const name of MISNAMED) this.#registry.removeSingleMetric(name);
  }

  observeAnswer({ method, route, status }: AnsweredRequest, seconds: number): void {
    this.#answers.observe(
      {
        http_request_method: METHODS.has(method) ? method : '_OTHER',
        http_route: route,
        http_response_status_code: status,
      },
      seconds,
    );
  }

  observeCall(source: string, outcome: string, seconds: number): void {
    this.#calls.observe({ source, outcome }, seconds);
  }

  countFailedCall(source: string, cause: FailureCause): void {
    this.#failedCalls.inc({ source, cause });
  }

  countRetry(source: string, reason: string): void {
    this.#retries.inc({ source, reason });
  }

  countStoreFault(code: string): void {
    this.#storeFaults.inc({ code });
  }

  countRejectedValue(kind: string): void {
    this.#rejectedValues.inc({ kind });
  }

  countShed(cause: string): void {
    this.#newSheds.set(cause, (this.#newSheds.get(cause) ?? 0) + 1);
  }

  countUnreadable(status: number): void {
    this.#unreadable.inc({ status });
  }

  countDroppedConnection(cause: DropCause): void {
    this.#droppedConnections.inc({ cause });
  }

  /** Adds the number of open connections. */
  watchConnections(count: () => number): void {
    new Gauge({
      name: 'tributary_http_connections',
      help: 'Open client connections',
      registers: [this.#registry],
      collect() {
        this.set(count());
      },
    });
  }

  /** Adds the number of log lines that were dropped. */
  watchLog(dropped: () => number): void {
    new Counter({
      name: 'tributary_log_dropped_total',
      help: 'Log lines that were dropped because they could not be written',
      registers: [this.#registry],
      collect() {
        this.reset();
        this.inc(dropped());
      },
    });
  }

  countTransfer(direction: 'written' | 'read', bytes: number): void {
    this.#transfers.inc({ direction }, bytes);
  }

  /** Adds whether Redis is up. Returns a function that counts a failed command by its code. */
  watchRedis(isUp: () => boolean): (code: string) => void {
    new Gauge({
      name: 'tributary_redis_up',
      help: '1 while Redis can be used, else 0',
      registers: [this.#registry],
      collect() {
        this.set(isUp() ? 1 : 0);
      },
    });
    const failures = new Counter({
      name: 'tributary_redis_failures_total',
      help: 'Redis commands that failed, or were not sent because Redis was down, by code',
      labelNames: ['code'],
      registers: [this.#registry],
    });
    return (code) => {
      failures.inc({ code });
    };
  }

  /** All of it in the Prometheus text format. The sources of these ids have a series for each cause of a failure. */
  async render(sourceIds: readonly string[]): Promise<string> {
    // Prometheus sees the first failure as an increase only if the series existed before it.
    for (const source of sourceIds) {
      for (const cause of FAILURE_CAUSES) this.#failedCalls.inc({ source, cause }, 0);
      for (const reason of FAILURE_REASONS) this.#retries.inc({ source, reason }, 0);
    }
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }
}
