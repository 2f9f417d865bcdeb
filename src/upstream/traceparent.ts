import { randomBytes } from 'node:crypto';
import { parseTraceparent } from '@/model/trace-context.js';

const SAMPLED = 1;

/**
 * The header that continues a trace with a new parent id (W3C Trace Context): the same trace id and sampling.
 * Null when the given one is no valid traceparent.
 */
export function continueTrace(traceparent: string | null): string | null {
  const given = parseTraceparent(traceparent);
  if (given === null) return null;
  const sampled = Number.parseInt(given.flags, 16) & SAMPLED;
  return `00-${given.traceId}-${randomParentId()}-0${sampled}`;
}

function randomParentId(): string {
  const id = randomBytes(8);
  // An id of zeros only is invalid.
  return id.every((byte) => byte === 0) ? '0000000000000001' : id.toString('hex');
}
