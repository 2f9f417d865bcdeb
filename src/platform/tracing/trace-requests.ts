import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Span,
  type TraceState,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parseTraceparent } from '@/model/traceparent.js';
import { toldMethod } from '../http-methods.js';
import { clientUrl } from '../serving/base-path.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** What a request is traced in; undefined where it is not traced. */
    traceContext: Context | undefined;
  }
}

/** They ask every few seconds, all day long, and nothing is done for them. */
const UNTRACED_ROUTES: ReadonlySet<string | undefined> = new Set(['/health/live', '/health/ready']);

const tracer = trace.getTracer('tributary');

/** One line of printable characters, and as long as everybody has to pass on (W3C Trace Context, 3.3.1.5). */
const TRACESTATE = /^[ -~]{1,512}$/;

/**
 * Lets requests continue the traces that their `traceparent` names, and begin traces themselves: so large a share of the
 * others, from 0 to 1; null where nothing is recorded. A request in a trace has a span by the stable conventions for HTTP
 * servers, and all that happens for it runs in its context, the hooks that come after included. The other requests cost no
 * more than a random number.
 */
export function traceRequests(server: FastifyInstance, share: number | null): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  // All requests have it from the beginning: objects of several shapes would make code that handles any request slower.
  server.decorateRequest('traceContext', undefined);
  server.addHook('onRequest', (request, reply, done) => {
    const parent = continuedBy(request);
    const isInTrace = parent !== null || (share !== null && Math.random() < share);
    if (!isInTrace || UNTRACED_ROUTES.has(request.routeOptions.url)) {
      done();
      return;
    }
    request.traceContext = startSpan(parent ?? ROOT_CONTEXT, request, reply);
    context.with(request.traceContext, done);
  });
  if (share === null) return;
  // The end of an answer is an event of its socket, which belongs to no request.
  server.addHook('onResponse', ({ traceContext }, _reply, done) => {
    if (traceContext === undefined) done();
    else context.with(traceContext, done);
  });
}

/** The trace of the caller; null where there is no valid `traceparent`. */
function continuedBy({ headers }: FastifyRequest): Context | null {
  const given = headers.traceparent === undefined ? null : parseTraceparent(headers.traceparent);
  if (given === null) return null;
  const { tracestate } = headers;
  const isValid = typeof tracestate === 'string' && TRACESTATE.test(tracestate);
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: given.traceId,
    spanId: given.parentId,
    traceFlags: Number.parseInt(given.flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
    ...(isValid && { traceState: passedOn(tracestate) }),
  });
}

/** What other systems have noted in a trace. Nothing is read from it here, and nothing added. */
function passedOn(tracestate: string): TraceState {
  const same: TraceState = {
    get: () => undefined,
    set: () => same,
    unset: () => same,
    serialize: () => tracestate,
  };
  return same;
}

function startSpan(parent: Context, request: FastifyRequest, reply: FastifyReply): Context {
  const told = toldMethod(request.method);
  const method = told === '_OTHER' ? 'HTTP' : told;
  const { url } = request.routeOptions;
  const name = url === undefined ? method : `${method} ${url}`;
  const span = tracer.startSpan(name, { kind: SpanKind.SERVER }, parent);
  if (span.isRecording()) record(span, request, reply);
  return trace.setSpan(parent, span);
}

/** No more than the access log tells: no query, no header but the host, nobody's name. */
function record(span: Span, request: FastifyRequest, reply: FastifyReply): void {
  const method = toldMethod(request.method);
  span.setAttributes({
    'http.request.method': method,
    ...(method !== request.method && { 'http.request.method_original': request.method }),
    'http.route': request.routeOptions.url,
    'url.path': clientUrl(request.raw).split('?', 1)[0],
    'url.scheme': request.protocol,
    'server.address': request.hostname,
    'server.port': request.port ?? undefined,
    'client.address': request.ip,
    'network.protocol.version': request.raw.httpVersion,
    'tributary.request_id': request.id,
  });
  // Comes in any case, also where the client has gone.
  reply.raw.once('close', () => {
    end(span, reply);
  });
}

function end(span: Span, { raw }: FastifyReply): void {
  if (raw.headersSent) span.setAttribute('http.response.status_code', raw.statusCode);
  const isFailure = raw.headersSent && raw.statusCode >= 500;
  if (isFailure) span.setStatus({ code: SpanStatusCode.ERROR });
  if (isFailure) span.setAttribute('error.type', String(raw.statusCode));
  else if (!raw.writableFinished) span.setAttribute('error.type', 'CLIENT_DISCONNECTED');
  span.end();
}
