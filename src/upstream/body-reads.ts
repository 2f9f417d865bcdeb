import type { Readable } from 'node:stream';
import pLimit from 'p-limit';
import { Slices } from '@/model/slices.js';
import { untilAborted } from './deadline.js';
import { JsonReader } from './json-reader.js';
import { UpstreamError } from './upstream-error.js';

/** The most of a body that is read, after decompression. */
const LARGEST_BODY_BYTES = 64 * 1024 * 1024;
/** Larger bodies wait for one another. */
const SMALL_BODY_BYTES = 8 * 1024 * 1024;
/** So that one that comes slowly does not keep all others waiting. */
const LARGE_BODIES_AT_ONCE = 2;

/** Reads the bodies of one source's answers while they arrive: many small ones at once, but few large ones. */
export class BodyReads {
  readonly #places = pLimit(LARGE_BODIES_AT_ONCE);

  /**
   * The JSON value of a body; undefined where it holds none. Does not hold the event loop. Throws LIMIT for a body
   * of more than 64 MiB or beyond the bounds of `JsonReader`, TIMEOUT when the signal is aborted while it waits, and what the stream throws.
   */
  async read(stream: Readable, signal: AbortSignal): Promise<unknown> {
    // What goes wrong is thrown where the stream is read; meanwhile nobody listens.
    stream.on('error', () => undefined);
    const body = new Body(stream);
    try {
      if (await body.readUpTo(SMALL_BODY_BYTES)) return body.value;
      const rest = this.#places(() => body.readUpTo(LARGEST_BODY_BYTES));
      if (await untilAborted(rest, signal)) return body.value;
      throw new UpstreamError('LIMIT');
    } finally {
      stream.destroy();
    }
  }
}

class Body {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #reader = new JsonReader();
  readonly #slices = new Slices();
  #bytes = 0;

  constructor(stream: Readable) {
    this.#chunks = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  get value(): unknown {
    return this.#reader.end();
  }

  /** Goes on reading. True when its value is known; false when it has more than so many bytes. */
  async readUpTo(mostBytes: number): Promise<boolean> {
    while (this.#bytes <= mostBytes) {
      const next = await this.#chunks.next();
      if (next.done === true) return true;
      this.#bytes += next.value.length;
      await this.#slices.run(this.#reader.push(next.value));
      if (this.#reader.isBeyondBounds) throw new UpstreamError('LIMIT');
      if (this.#reader.isBroken) return true;
    }
    return false;
  }
}
