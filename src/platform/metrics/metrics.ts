import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { ConfigurationStatus } from '@/config/configuration-status.js';
import { programVersion } from '@/config/program-version.js';
import { toldMethod } from '../http-methods.js';
import { RedisMetrics } from './redis-metrics.js';
import { UpstreamMetrics } from './upstream-metrics.js';

const DROP_CAUSES = ['limit', 'descriptors', 'silent', 'tls'] as const;
/** Why a connection is closed without an answer. */
export type DropCause = (typeof DROP_CAUSES)[number];

/** A request as its answer is measured. */
interface AnsweredRequest {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  /** Undefined for answers that are not made from feeds. */
  readonly isComplete: boolean | undefined;
}

/** Gauges of prom-client whose names end like those of counters; `nodejs_active_resources` and the like have the same by type. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** What this process counts and measures. The values of labels come from closed sets or from the configuration. */
export class Metrics {
  readonly #registry = new Registry();
  readonly upstream = new UpstreamMetrics(this.#registry);
  readonly #answers = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Time to answer, by method, route and status',
    labelNames: ['http_request_method', 'http_route', 'http_response_status_code'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers: [this.#registry],
  });
  readonly #partialAnswers = new Counter({
    name: 'tributary_partial_answers_total',
    help: 'Answers that lacked the current state of a feed, or part of it (complete: false), by route',
    labelNames: ['http_route'],
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
    new Gauge({
      name: 'tributary_build_info',
      help: '1, with the version of the gateway and of the Node that it runs on',
      labelNames: ['version', 'node'],
      registers: [this.#registry],
    }).set({ version: programVersion(), node: process.versions.node }, 1);
    collectDefaultMetrics({ register: this.#registry });
    for (const name of MISNAMED) this.#registry.removeSingleMetric(name);
  }

  observeAnswer({ method, route, status, isComplete }: AnsweredRequest, seconds: number): void {
    this.#answers.observe(
      {
        http_request_method: toldMethod(method),
        http_route: route,
        http_response_status_code: status,
      },
      seconds,
    );
    if (isComplete !== undefined) this.#partialAnswers.inc({ http_route: route }, isComplete ? 0 : 1);
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
    this.#gauge('tributary_http_connections', 'Open client connections', count);
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

  /** Adds the number of requests that wait or are being answered. */
  watchRequests(count: () => number): void {
    this.#gauge('tributary_http_requests_in_flight', 'Requests that wait or are being answered', count);
  }

  /** Adds whether the configuration that the files hold is valid and in use, and when one was last valid. */
  watchConfiguration(status: ConfigurationStatus): void {
    this.#gauge(
      'tributary_config_last_reload_successful',
      '1 if the configuration was valid when it was last read, else 0',
      () => (status.problem?.state === 'INVALID' ? 0 : 1),
    );
    this.#gauge(
      'tributary_config_last_reload_success_timestamp_seconds',
      'When a valid configuration was last read',
      () => status.lastValidMs / 1000,
    );
    this.#gauge(
      'tributary_config_restart_needed',
      '1 while a part of the configuration takes effect only after a restart, else 0',
      () => (status.problem?.state === 'RESTART_NEEDED' ? 1 : 0),
    );
  }

  /** Adds what is known of Redis. */
  watchRedis(isUp: () => boolean): RedisMetrics {
    this.#gauge('tributary_redis_up', '1 while Redis can be used, else 0', () => (isUp() ? 1 : 0));
    return new RedisMetrics(this.#registry);
  }

  /** All of it in the Prometheus text format. The sources of these ids have a series for each way in which calls fail. */
  async render(sourceIds: readonly string[]): Promise<string> {
    this.upstream.addSources(sourceIds);
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Adds a value that is asked for at each scrape. */
  #gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(value());
      },
    });
  }
}
