import type { FastifyRequest } from 'fastify';
import type { Freshness } from '@/model/collection.js';
import type { TraceContext } from '@/model/trace-context.js';
import { readPreferences, type RequestPreferences } from './request-preferences.js';

/** What comes with a question beside its parameters. */
export interface Asked {
  readonly freshness: Freshness;
  readonly trace: TraceContext | null;
}

/** What the headers of a request ask for. */
export function preferencesOf({ headers }: FastifyRequest, deadlineMs: number): RequestPreferences {
  return readPreferences(
    { cacheControl: headers['cache-control'], prefer: oneLine(headers.prefer) },
    deadlineMs,
  );
}

/** What the feeds have to know of a request. */
export function askedBy(request: FastifyRequest, { freshness }: RequestPreferences): Asked {
  return { freshness, trace: traceOf(request) };
}

/** Whether it is a trace is judged where it is continued. */
function traceOf({ headers }: FastifyRequest): TraceContext | null {
  const traceparent = oneLine(headers.traceparent);
  return traceparent === undefined ? null : { traceparent, tracestate: oneLine(headers.tracestate) ?? null };
}

function oneLine(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(',') : header;
}
