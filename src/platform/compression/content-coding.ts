import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';

/** How a body may be sent (RFC 9110, 8.4.1). */
export type ContentCoding = 'br' | 'gzip' | 'identity';

/** In the order in which they are taken where a caller likes several equally. */
const CODINGS: readonly ContentCoding[] = ['br', 'gzip', 'identity'];

/** Smaller bodies fit into one packet: compressing them saves nothing. */
const SMALLEST_COMPRESSED = 1_024;

/** There are few such headers, and the same come again and again. */
const REMEMBERED = 200;
const LONGEST_REMEMBERED = 200;
const remembered = new LRUCache<string, readonly ContentCoding[]>({ max: REMEMBERED });

/** The codings that an `Accept-Encoding` header accepts, the best first; none where even a plain body is refused. */
export function acceptedCodings(acceptEncoding: string | undefined): readonly ContentCoding[] {
  if (acceptEncoding === undefined) return ['identity'];
  const known = remembered.get(acceptEncoding);
  if (known !== undefined) return known;
  const negotiator = new Negotiator({ headers: { 'accept-encoding': acceptEncoding } });
  const accepted = negotiator.encodings(CODINGS, { preferred: CODINGS });
  if (acceptEncoding.length <= LONGEST_REMEMBERED) remembered.set(acceptEncoding, accepted);
  return accepted;
}

/** The coding of a body of that many bytes: a small one is sent as it is where the caller takes it. */
export function codingOf(acceptEncoding: string | undefined, bytes: number): ContentCoding {
  const accepted = acceptedCodings(acceptEncoding);
  if (bytes < SMALLEST_COMPRESSED && accepted.includes('identity')) return 'identity';
  return accepted[0] ?? 'identity';
}
