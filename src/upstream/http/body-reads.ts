import type { Readable } from 'node:stream';
import type { KnownRecords } from '@/model/provider.js';
import { runCooperatively } from '@/scheduling/cooperative.js';
import type { BodyMemory, BodyShare } from './body-memory.js';
import { JsonReader } from './json/json-reader.js';
import { UpstreamError } from '../upstream-error.js';

/** The most of a body that is read, after decompression. */
const LARGEST_BODY_BYTES = 64 * 1024 * 1024;

/** Reads the bodies of answers while they arrive, all within the memory that they share. */
export class BodyReads {
  /** `recordField`: see `UpstreamProtocol`. */
  constructor(
    private readonly memory: BodyMemory,
    private readonly recordField: string | null = null,
  ) {}

  /**
   * The JSON value of a body, in which a known record is the text of its row; undefined where it holds none. Does not hold
   * the event loop. Throws LIMIT for a body of more than 64 MiB, beyond the bounds of `JsonReader` or too large for the memory that there is, TIMEOUT when the
   * signal is aborted while it waits for memory, and what the stream throws.
   */
  async read(stream: Readable, signal: AbortSignal, known?: KnownRecords): Promise<unknown> {
    // What goes wrong is thrown where the stream is read; meanwhile nobody listens.
    stream.on('error', () => undefined);
    const share = this.memory.share();
    try {
      return await readBody(
        stream,
        { reader: new JsonReader(undefined, { recordField: this.recordField, known }), share },
        signal,
      );
    } finally {
      share.release();
      stream.destroy();
    }
  }
}

interface BodyUnderWay {
  readonly reader: JsonReader;
  readonly share: BodyShare;
}

async function readBody(
  stream: Readable,
  { reader, share }: BodyUnderWay,
  signal: AbortSignal,
): Promise<unknown> {
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > LARGEST_BODY_BYTES) throw new UpstreamError('LIMIT');
    await runCooperatively(reader.push(chunk));
    if (reader.isBeyondBounds) throw new UpstreamError('LIMIT');
    if (reader.isBroken) return undefined;
    await share.grow(reader.heldBytes, signal);
  }
  return reader.end();
}
