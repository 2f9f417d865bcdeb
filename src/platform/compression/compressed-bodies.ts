import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { LRUCache } from 'lru-cache';
import type { ContentCoding } from './content-coding.js';

const MOST_BYTES = 16 * 2 ** 20;

/** A page of 1,000 tasks (790 kB) takes about as long in either, and comes out at less than a tenth. */
const BROTLI_QUALITY = 4;
const GZIP_LEVEL = 5;

const COMPRESS: Record<Exclude<ContentCoding, 'identity'>, (body: Buffer) => Promise<Buffer>> = {
  br: (body) =>
    promisify(brotliCompress)(body, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
      },
    }),
  gzip: (body) => promisify(gzip)(body, { level: GZIP_LEVEL }),
};

/** Bodies in the codings they were asked for. What has a strong tag is compressed once, for all who ask for it. */
export class CompressedBodies {
  readonly #known = new LRUCache<string, Buffer>({
    maxSize: MOST_BYTES,
    sizeCalculation: ({ length }, tag) => length + tag.length,
  });

  readonly #making = new Map<string, Promise<Buffer>>();

  /** The body in a coding, at once where it is known. `tag` names its bytes in that coding; null: it has no tag. */
  of(body: Buffer, coding: Exclude<ContentCoding, 'identity'>, tag: string | null): Buffer | Promise<Buffer> {
    if (tag === null) return COMPRESS[coding](body);
    return this.#known.get(tag) ?? this.#making.get(tag) ?? this.#make(body, coding, tag);
  }

  #make(body: Buffer, coding: Exclude<ContentCoding, 'identity'>, tag: string): Promise<Buffer> {
    const making = COMPRESS[coding](body)
      .then((compressed) => {
        this.#known.set(tag, compressed);
        return compressed;
      })
      .finally(() => this.#making.delete(tag));
    this.#making.set(tag, making);
    return making;
  }
}
