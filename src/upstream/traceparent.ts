import { randomBytes } from 'node:crypto';

const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(-.*)?$/;
const SAMPLED = 1;

/**
 * The header that continues a trace with a new parent id (W3C Trace Context): the same trace id and sampling.
 * Null when the given one is no valid traceparent.
 */
export function continueTrace(traceparent: string | null): string | null {
  const match = TRACEPARENT.exec(traceparent ?? '');
  if (match === null) return null;
  const [, version, traceId, flags = '00', more] = match;
  // Only later versions may carry more than four fields.
  if (traceId === undefined || (version === '00' && more !== undefined)) return null;
  const sampled = Number.parseInt(flags, 16) & SAMPLED;
  return `00-${traceId}-${randomParentId()}-0${sampled}`;
}

function randomParentId(): string {
  const id = randomBytes(8);
  // An id of zeros only is invalid.
  return id.every((byte) => byte === 0) ? '0000000000000001' : id.toString('hex');
}
