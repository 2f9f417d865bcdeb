import { randomUUID } from 'node:crypto';
import { diag, DiagLogLevel, trace } from '@opentelemetry/api';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
  type Resource,
} from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type Sampler,
} from '@opentelemetry/sdk-trace';
import { programVersion } from '@/config/program-version.js';
import { ConditionLog } from '../logging/condition-log.js';
import type { Log } from '../logging/logger.js';
import { ReportingExporter, type LossReport } from './reporting-exporter.js';
import { RequestSampler } from './request-sampler.js';
import type { ExportSettings } from './tracing-settings.js';

/** Longer than two batches are apart that both fail: each is tried for up to 10 s. */
const QUIET_MS = 60_000;
/** Paths and host names come from clients, and may be as long as a request may be. */
const LONGEST_VALUE = 1_024;

/**
 * Makes OpenTelemetry's API record spans and send them in batches. What the exporter needs beyond the settings, it reads from
 * the environment. Where spans are lost, the log says so once, and how often once it is over.
 */
export function startSdk(settings: ExportSettings, log: Log): { shutdown: () => Promise<void> } {
  const losses = new ConditionLog(
    log,
    {
      begin:
        'traces are lost: check that the receiver of OTEL_EXPORTER_OTLP_ENDPOINT runs and is fast enough',
      end: 'traces are no longer lost',
    },
    QUIET_MS,
  );
  const report = (loss: LossReport): void => {
    losses.note(loss);
  };
  tellMistakes(log, report);
  const own = settings.protocol === 'http/json' ? new JsonExporter() : new ProtobufExporter();
  const exporter = new ReportingExporter(own, report);
  const provider = new TracerProvider({
    resource: resourceOfProcess(),
    sampler: new RequestSampler(samplerOf(settings)),
    spanLimits: { attributeValueLengthLimit: LONGEST_VALUE },
    spanProcessors: [new BatchSpanProcessor({ ...settings.batches, exporter })],
  });
  trace.setGlobalTracerProvider(provider);
  return { shutdown: () => provider.shutdown().catch(() => undefined) };
}

/**
 * The SDK's own messages are not logged, since they may hold values of variables; but for two kinds that must be known: a
 * file of the exporter that cannot be read, and spans that found no room in the queue.
 */
function tellMistakes(log: Log, report: (loss: LossReport) => void): void {
  const warn = (message: string): void => {
    const dropped = /^Dropped (\d+) spans/.exec(message)?.[1];
    if (dropped !== undefined) report({ cause: 'QUEUE_FULL', spans: Number(dropped) });
    else if (message.startsWith('Failed to read')) log.warn({ detail: message }, UNREADABLE);
  };
  const ignore = (): void => undefined;
  diag.setLogger({ warn, error: ignore, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.WARN);
}

const UNREADABLE =
  'a file of the trace exporter is ignored: check OTEL_EXPORTER_OTLP_CERTIFICATE, _CLIENT_CERTIFICATE and _CLIENT_KEY';

/** What OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME say goes before our own. */
function resourceOfProcess(): Resource {
  const own = resourceFromAttributes({
    'service.name': 'tributary',
    'service.version': programVersion(),
    'service.instance.id': randomUUID(),
  });
  const detectors = [resourceAttributesEnvDetector, serviceNameEnvDetector];
  return defaultResource().merge(own).merge(detectResources({ detectors }));
}

function samplerOf({ sampler, share }: Pick<ExportSettings, 'sampler' | 'share'>): Sampler {
  const root = new TraceIdRatioBasedSampler(share);
  return sampler.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}
