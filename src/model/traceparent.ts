const TRACEPARENT =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** The fields of a `traceparent` header (W3C Trace Context) that all versions share. */
export interface Traceparent {
  readonly version: string;
  readonly traceId: string;
  readonly parentId: string;
  readonly flags: string;
}

/** The fields of a header; null where it is no valid traceparent. */
export function parseTraceparent(header: unknown): Traceparent | null {
  const match = typeof header === 'string' ? TRACEPARENT.exec(header) : null;
  if (match === null) return null;
  const [, version = '', traceId = '', parentId = '', flags = '', more] = match;
  // Only later versions may carry more than four fields.
  return version === '00' && more !== undefined ? null : { version, traceId, parentId, flags };
}
