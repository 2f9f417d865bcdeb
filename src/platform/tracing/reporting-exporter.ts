import { ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';

/** Why spans did not reach the receiver: a code of Node, an HTTP status, or words of the exporter. */
export interface LossReport {
  readonly cause: string;
  readonly spans: number;
}

type Export = SpanExporter['export'];

/** Exports by another exporter, and reports what that could not send. */
export class ReportingExporter implements SpanExporter {
  constructor(
    private readonly own: SpanExporter,
    private readonly report: (loss: LossReport) => void,
  ) {}

  export(spans: ReadableSpan[], done: Parameters<Export>[1]): void {
    this.own.export(spans, (result) => {
      if (result.code === ExportResultCode.FAILED)
        this.report({ cause: causeOf(result.error), spans: spans.length });
      done(result);
    });
  }

  forceFlush(): Promise<void> {
    return this.own.forceFlush?.() ?? Promise.resolve();
  }

  shutdown(): Promise<void> {
    return this.own.shutdown();
  }
}

function causeOf(error: (Error & { readonly code?: unknown }) | undefined): string {
  const { code, message = 'unknown' } = error ?? {};
  return typeof code === 'string' || typeof code === 'number' ? String(code) : message;
}
