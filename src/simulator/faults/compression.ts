import { gzipSync } from 'node:zlib';
import type { FaultyExchange } from './exchange.js';

/** Sends the answer's body as other bytes, declared as encoded. */
const encodeAs =
  (encoding: string, encode: (body: Buffer) => Buffer) =>
  ({ response, answer, begin }: FaultyExchange): void => {
    const { status, headers, body } = answer();
    const bytes = encode(Buffer.from(body));
    const encoded = { 'content-encoding': encoding, 'content-length': String(bytes.length) };
    begin({ status, headers: { ...headers, ...encoded } });
    response.end(bytes);
  };

const gzip = (body: Buffer): Buffer => gzipSync(body);
const asItIs = (body: Buffer): Buffer => body;

function halfOfGzip(body: Buffer): Buffer {
  const bytes = gzipSync(body);
  return bytes.subarray(0, bytes.length / 2);
}

const BLOCK_BYTES = 16 * 1024 * 1024;
const BLOCKS = 65;
let blanks: Buffer | undefined;

/**
 * About a megabyte that inflates to the right JSON and more than a gigabyte of blanks after it. A gzip stream may
 * have many members (RFC 1952, section 2.2), so only one block is ever compressed, when it is first needed.
 */
function bomb(body: Buffer): Buffer {
  blanks ??= gzipSync(Buffer.alloc(BLOCK_BYTES, ' '));
  return Buffer.concat([gzipSync(body), ...Array.from({ length: BLOCKS }, () => blanks ?? body)]);
}

/** Bodies declared as compressed. */
export const COMPRESSION_FAULTS = {
  /** Right, whether the client asked for it or not. */
  gzip: encodeAs('gzip', gzip),
  /** Declared, but the body is plain. */
  'gzip-false': encodeAs('gzip', asItIs),
  /** A whole HTTP message with half of the compressed bytes. */
  'gzip-cut': encodeAs('gzip', halfOfGzip),
  'gzip-bomb': encodeAs('gzip', bomb),
  /** An encoding that does not exist, over a plain body. */
  'unknown-encoding': encodeAs('x-tape', asItIs),
} as const;
