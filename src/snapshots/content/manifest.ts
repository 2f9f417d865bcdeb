import { createHash } from 'node:crypto';

/** What an entry consists of. */
export interface Manifest {
  readonly version: number;
  readonly head: unknown;
  /** The digest of each chunk's segment, by the chunk's number; `EMPTY` where it has no rows. */
  readonly digests: readonly string[];
}

/** 128 bits of SHA-256 or of a MAC, a character a byte. */
export type Digest = (...parts: readonly Uint8Array[]) => string;

/** For a million rows (the most of a feed) in chunks of 16 at least. */
const MOST_CHUNKS = 2 ** 17;

const DIGEST_BYTES = 16;
export const EMPTY = '\0'.repeat(DIGEST_BYTES);

export function digestOf(...parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest().toString('latin1', 0, DIGEST_BYTES);
}

const MARK = Buffer.from('TRB1');
const COUNT_AT = 4;
const VERSION_AT = 8;
const CHECK_AT = 16;
const DIGESTS_AT = 32;

/**
 * A manifest as bytes: the mark, the count of chunks (32 bits) and the version (a double), both little-endian;
 * a digest of all the rest, or a MAC where Redis is not trusted; the segments' digests; the head as JSON.
 */
export function encodeManifest({ version, head, digests }: Manifest, digest: Digest = digestOf): Buffer {
  const start = Buffer.alloc(CHECK_AT);
  MARK.copy(start);
  start.writeUInt32LE(digests.length, COUNT_AT);
  start.writeDoubleLE(version, VERSION_AT);
  const rest = Buffer.concat([Buffer.from(digests.join(''), 'latin1'), Buffer.from(JSON.stringify(head))]);
  return Buffer.concat([start, Buffer.from(digest(start, rest), 'latin1'), rest]);
}

/** null for anything that `encodeManifest` has not made with the same digest. Never throws. */
export function decodeManifest(bytes: Buffer, digest: Digest = digestOf): Manifest | null {
  const rest = bytes.subarray(DIGESTS_AT);
  const intact =
    bytes.length >= DIGESTS_AT &&
    bytes.subarray(0, MARK.length).equals(MARK) &&
    bytes.toString('latin1', CHECK_AT, DIGESTS_AT) === digest(bytes.subarray(0, CHECK_AT), rest);
  if (!intact) return null;
  const count = bytes.readUInt32LE(COUNT_AT);
  const headAt = count * DIGEST_BYTES;
  if (count > MOST_CHUNKS || headAt > rest.length) return null;
  const head = parseJson(rest.toString('utf8', headAt));
  if (head === undefined) return null;
  const version = bytes.readDoubleLE(VERSION_AT);
  return { version, head, digests: digestsIn(rest.toString('latin1', 0, headAt)) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function digestsIn(text: string): string[] {
  return Array.from({ length: text.length / DIGEST_BYTES }, (_, index) =>
    text.slice(index * DIGEST_BYTES, (index + 1) * DIGEST_BYTES),
  );
}
