import { randomBytes } from 'node:crypto';
import {
  isSpanContextValid,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Span,
  type SpanContext,
} from '@opentelemetry/api';
import { hideSecrets } from '../records/hidden-secrets.js';
import { UpstreamError } from '../upstream-error.js';

const tracer = trace.getTracer('tributary');

const USUAL_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/** What a span tells of a call. */
interface TracedCall {
  readonly method: string;
  readonly url: string;
  readonly resends?: number;
}

/**
 * Gives one call a span by the stable conventions for HTTP clients, and `work` the headers that continue the trace (W3C Trace
 * Context); none where there is no trace. The span holds no query, header or body, and no text of the upstream.
 */
export async function inCallSpan<T extends { readonly status: number }>(
  call: TracedCall,
  work: (headers: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const span = tracer.startSpan(call.method, { kind: SpanKind.CLIENT });
  const headers = headersOf(span.spanContext());
  if (!span.isRecording()) return work(headers);
  describe(span, call);
  try {
    const answer = await work(headers);
    noteStatus(span, answer.status);
    if (answer.status >= 400) fail(span, String(answer.status));
    return answer;
  } catch (error) {
    const { cause, httpStatus } = error instanceof UpstreamError ? error.diagnosis : NOT_KNOWN;
    noteStatus(span, httpStatus);
    fail(span, cause);
    throw error;
  } finally {
    span.end();
  }
}

function headersOf(call: SpanContext): Record<string, string> {
  if (!isSpanContextValid(call)) return {};
  // Where no spans are recorded, this is still the caller's.
  const parentId = call.isRemote === true ? randomParentId() : call.spanId;
  const traceparent = `00-${call.traceId}-${parentId}-0${call.traceFlags & TraceFlags.SAMPLED}`;
  const tracestate = call.traceState?.serialize() ?? '';
  return tracestate === '' ? { traceparent } : { traceparent, tracestate };
}

function randomParentId(): string {
  const id = randomBytes(8);
  // An id of zeros only is invalid.
  return id.every((byte) => byte === 0) ? '0000000000000001' : id.toString('hex');
}

const NOT_KNOWN = { cause: 'INTERNAL', httpStatus: null } as const;

function describe(span: Span, { method, url, resends = 0 }: TracedCall): void {
  const { protocol, hostname, port, origin, pathname } = new URL(url);
  span.setAttributes({
    'http.request.method': method,
    'url.full': hideSecrets(origin + pathname),
    'server.address': hostname,
    'server.port': port === '' ? USUAL_PORTS[protocol] : Number(port),
  });
  if (resends > 0) span.setAttribute('http.request.resend_count', resends);
}

function noteStatus(span: Span, status: number | null): void {
  if (status !== null) span.setAttribute('http.response.status_code', status);
}

function fail(span: Span, errorType: string): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute('error.type', errorType);
}
