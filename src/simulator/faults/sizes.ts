import { Readable, pipeline } from 'node:stream';
import type { FaultyExchange } from './exchange.js';

const CHUNK = Buffer.alloc(64 * 1024, ' ');
const LARGE_BODY_BYTES = 100 * 1024 * 1024;

/** The right JSON, and blanks after it up to the size asked for. */
function largeBody({ options, response, answer, begin }: FaultyExchange): void {
  const { status, headers, body } = answer();
  const bytes = Buffer.from(body);
  const blanks = Math.max(0, (options.bodyBytes ?? LARGE_BODY_BYTES) - bytes.length);
  begin({ status, headers: { ...headers, 'content-length': String(bytes.length + blanks) } });
  stream(response, blanksAfter(bytes, blanks));
}

/** The right JSON, and blanks after it without end. */
function endlessBody({ response, answer, begin }: FaultyExchange): void {
  const { status, headers, body } = answer();
  begin({ status, headers });
  stream(response, blanksAfter(Buffer.from(body), Number.POSITIVE_INFINITY));
}

function* blanksAfter(bytes: Buffer, count: number): Generator<Buffer> {
  yield bytes;
  for (let left = count; left > 0; left -= CHUNK.length)
    yield CHUNK.subarray(0, Math.min(left, CHUNK.length));
}

/** No faster than the client reads, so that nothing piles up here. */
function stream(response: FaultyExchange['response'], chunks: Generator<Buffer>): void {
  pipeline(Readable.from(chunks, { objectMode: false }), response, () => undefined);
}

/** Bodies that are too large. */
export const SIZE_FAULTS = {
  'large-body': largeBody,
  'endless-body': endlessBody,
} as const;
