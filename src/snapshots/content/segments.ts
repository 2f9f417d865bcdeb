import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import { RedisUnavailable } from '@/redis/redis-link.js';
import type { Chunk } from './chunks.js';
import { digestOf } from './manifest.js';
import { compactTask } from '@/model/compact-task.js';
import { JsonText } from '@/model/json-text.js';
import { isObject } from '@/model/schema.js';
import { TASK, type TaskRow } from '@/model/task.js';
import { yieldToEventLoop } from '@/scheduling/cooperative.js';

/** A chunk's rows as bytes, and the digest of these. */
export interface Segment {
  readonly digest: string;
  readonly bytes: Buffer;
}

/** Of a segment, packed or unpacked: a chunk has 256 rows at most, of a few kilobytes each. */
export const MOST_SEGMENT_BYTES = 8 * 2 ** 20;

const compress = promisify(brotliCompress);
const decompress = promisify(brotliDecompress);

/** Of brotli 1-5 and deflate 1-6 the fastest, and within a tenth of the smallest that takes twice its time. */
const QUALITY = 1;
/** 256 kB: a segment rarely has more, and larger windows cost time to set up. */
const WINDOW_BITS = 18;

/** JSON of the rows, compressed off the event loop. Throws `RedisUnavailable` for more than may be shared. */
export async function encodeSegment(chunk: Chunk): Promise<Segment> {
  await yieldToEventLoop();
  const plain = Buffer.from(JSON.stringify(chunk.map(toStored)));
  if (plain.length > MOST_SEGMENT_BYTES) throw new RedisUnavailable('TOO_LARGE');
  const bytes = await compress(plain, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
      [constants.BROTLI_PARAM_LGWIN]: WINDOW_BITS,
    },
  });
  return { digest: digestOf(bytes), bytes };
}

/** The rows of a segment, or null when the bytes are not the digest's or hold anything but rows. */
export async function decodeSegment({ digest, bytes }: Segment): Promise<Chunk | null> {
  if (digestOf(bytes) !== digest) return null;
  try {
    const plain = await decompress(bytes, { maxOutputLength: MOST_SEGMENT_BYTES });
    await yieldToEventLoop();
    const rows = JSON.parse(plain.toString()) as unknown;
    return Array.isArray(rows) ? rowsOf(rows) : null;
  } catch {
    return null;
  }
}

/** The record's text is stored as a text, so that it comes back as it was received. */
function toStored({ task, raw }: TaskRow): object {
  return { task, raw: raw instanceof JsonText ? raw.text : raw };
}

/** Null where one of them is no row. */
function rowsOf(stored: readonly unknown[]): Chunk | null {
  const rows = stored.map(fromStored);
  return rows.every(isTaskRow) ? rows.map(({ task, raw }) => ({ task: compactTask(task), raw })) : null;
}

/** Throws SyntaxError where the text of a record is no JSON. */
function fromStored(stored: unknown): unknown {
  const { task, raw } = (stored ?? {}) as { task?: unknown; raw?: unknown };
  if (typeof raw !== 'string') return stored;
  return JSON.parse(raw.startsWith('{') ? raw : '') && { task, raw: new JsonText(raw) };
}

/** Whether a value has the shape of a row, down to the task's last field. */
function isTaskRow(value: unknown): value is TaskRow {
  const { task, raw } = (value ?? {}) as { task?: unknown; raw?: unknown };
  return TASK.check(task) && isObject(raw);
}
