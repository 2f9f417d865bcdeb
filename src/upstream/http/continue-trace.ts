import { randomBytes } from 'node:crypto';
import { parseTraceparent, type TraceContext } from '@/model/trace-context.js';
import type { CallHeaders } from './http-exchange.js';

const SAMPLED = 1;

/** One line of printable characters, and as long as everybody has to pass on (W3C Trace Context, 3.3.1.5). */
const TRACESTATE = /^[ -~]{1,512}$/;

/**
 * The headers that continue a trace with a new parent id (W3C Trace Context): the same trace id, sampling and `tracestate`.
 * None when there is no valid traceparent.
 */
export function continueTrace(trace: TraceContext | null): CallHeaders {
  const given = parseTraceparent(trace?.traceparent);
  if (given === null) return {};
  const sampled = Number.parseInt(given.flags, 16) & SAMPLED;
  const traceparent = `00-${given.traceId}-${randomParentId()}-0${sampled}`;
  const tracestate = trace?.tracestate ?? '';
  return TRACESTATE.test(tracestate) ? { traceparent, tracestate } : { traceparent };
}

function randomParentId(): string {
  const id = randomBytes(8);
  // An id of zeros only is invalid.
  return id.every((byte) => byte === 0) ? '0000000000000001' : id.toString('hex');
}
