import {
  context,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  type Span,
  type SpanContext,
} from '@opentelemetry/api';
import type { FeedAnswer } from '@/model/collection.js';
import type { FailureReason } from '@/model/failure.js';
import type { SourceConfig } from '@/model/source.js';

const tracer = trace.getTracer('tributary');

/** What came of the read of a feed. `TAKEN_OVER`: another replica had read it; `ABORTED`: neither read nor failed. */
export type ReadOutcome = 'READ' | 'TAKEN_OVER' | 'FAILED' | 'ABORTED';

export interface EndOfRead {
  readonly outcome: ReadOutcome;
  /** Where it failed. */
  readonly reason: FailureReason | null;
  /** Upstream calls that this process made for it. */
  readonly calls: number;
}

/**
 * The span of one read. It belongs to the trace of the request that began it, if one did, and is linked with the others that
 * wait for it: many may share the read, and it may outlive them all.
 */
export class ReadSpan {
  readonly #span: Span;
  /** Which the read is in, or linked with. */
  readonly #traces = new Set<string>();

  constructor({ id, provider }: Pick<SourceConfig, 'id' | 'provider'>, feed: string) {
    this.#span = tracer.startSpan('read feed', {
      attributes: { 'tributary.source': id, 'tributary.provider': provider, 'tributary.feed': feed },
    });
    this.#traces.add(this.context.traceId);
  }

  /** To be called in the context of another request that waits for the read. */
  joined(): void {
    const waiting = trace.getActiveSpan()?.spanContext();
    if (waiting === undefined || this.#traces.has(waiting.traceId)) return;
    this.#traces.add(waiting.traceId);
    this.#span.addLink({ context: waiting });
  }

  get context(): SpanContext {
    return this.#span.spanContext();
  }

  /** Runs the read: its calls are children of the span, and its log lines name it. */
  run<T>(read: () => T): T {
    return context.with(trace.setSpan(context.active(), this.#span), read);
  }

  end({ outcome, reason, calls }: EndOfRead): void {
    this.#span.setAttributes({ 'tributary.read.outcome': outcome, 'tributary.read.calls': calls });
    if (outcome === 'FAILED') {
      this.#span.setStatus({ code: SpanStatusCode.ERROR });
      this.#span.setAttribute('error.type', reason ?? '_OTHER');
    }
    this.#span.end();
  }
}

/** Notes how many rows the read in whose context this is called has brought. */
export function noteRowsRead(count: number): void {
  trace.getActiveSpan()?.setAttribute('tributary.read.rows', count);
}

/** The span of the time that a question waits for reads. */
export class WaitSpan {
  readonly #span = tracer.startSpan('wait for feeds');

  private constructor() {
    // `start` makes it.
  }

  /** null where the question belongs to no trace: the wait alone would say nothing. */
  static start(): WaitSpan | null {
    return trace.getActiveSpan() === undefined ? null : new WaitSpan();
  }

  /** `reads` are those that were waited for; `feeds` is what there was to answer from. */
  end(reads: readonly SpanContext[], feeds: readonly FeedAnswer[]): void {
    const missing = feeds.filter(({ problem }) => problem !== null && problem.state !== 'TRUNCATED');
    this.#span.setAttributes({
      'tributary.feeds.awaited': reads.length,
      'tributary.feeds.missing': missing.length,
    });
    this.#span.addLinks(reads.map((read) => ({ context: read })));
    this.#span.end();
  }
}

/** Runs work that no request and no read has begun, such as what a timer brings. */
export function outsideSpans<T>(work: () => T): T {
  return context.with(ROOT_CONTEXT, work);
}
