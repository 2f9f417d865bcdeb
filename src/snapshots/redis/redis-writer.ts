import type { Bucket } from '../content/buckets.js';
import { EMPTY, encodeManifest } from '../content/manifest.js';
import type { Layout, Layouts } from './redis-content.js';
import type { RedisSlot } from './redis-slot.js';
import { encodeSegment, type Segment } from '../content/segments.js';
import type { Content, Entry } from '../snapshot-store.js';
import { Slices } from '@/model/slices.js';

/** What is to be written, and by what right. */
export interface Draft extends Content {
  readonly version: number;
  /** '' where no lease is needed. */
  readonly holder: string;
  /** Aborted when there is no use in going on. */
  readonly lost: AbortSignal | null;
}

const MOST_BYTES_AT_ONCE = 1_000_000;
const MOST_SEGMENTS_AT_ONCE = 1_000;
const ENCODED_AT_ONCE = 8;
const MOST_TRIES = 3;

/**
 * Writes the draft, of which what did not change since `base` is taken to be in Redis already; where it is not,
 * all is written. Answers how it lies there, or null when it was refused. Throws `RedisUnavailable`.
 */
export async function writeEntry(slot: RedisSlot, draft: Draft, by: Basis): Promise<Layout | null> {
  const buckets = await by.layouts.arrange(draft.rows, by.base);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const upload = new Upload(slot, draft, tries === 0 ? by.layouts.of(by.base) : null);
    const digests = await upload.send(buckets);
    if (digests === null) return null;
    const outcome = await upload.commit(digests);
    if (outcome === 'kept') return { buckets, digests };
    if (outcome === 'refused') return null;
  }
  return null;
}

/** What a draft is compared with. */
export interface Basis {
  readonly base: Entry | null;
  readonly layouts: Layouts;
}

/** One try to write a draft. Holds no more than a chunk of it as bytes. */
class Upload {
  #chunk: Segment[] = [];
  #chunkBytes = 0;
  readonly #slices = new Slices();

  constructor(
    private readonly slot: RedisSlot,
    private readonly draft: Draft,
    private readonly known: Layout | null,
  ) {}

  /** Sends all but the last chunk. Answers the digests of the buckets, or null when the right was lost. */
  async send(buckets: readonly Bucket[]): Promise<string[] | null> {
    const digests: string[] = [];
    for (let index = 0; index < buckets.length; index += ENCODED_AT_ONCE) {
      if (this.draft.lost?.aborted === true) return null;
      const some = buckets.slice(index, index + ENCODED_AT_ONCE);
      digests.push(...(await Promise.all(some.map((bucket, offset) => this.digest(bucket, index + offset)))));
      await this.sendFullChunk();
    }
    return digests;
  }

  commit(digests: readonly string[]): Promise<string> {
    const { holder, version, head } = this.draft;
    const manifest = encodeManifest({ version, head, digests }, this.slot.vouch);
    return this.slot.commit({ holder, version, manifest, segments: this.#chunk });
  }

  private async digest(bucket: Bucket, index: number): Promise<string> {
    if (bucket.length === 0) return EMPTY;
    const known = this.known?.digests[index];
    if (known !== undefined && this.known?.buckets[index] === bucket) return known;
    const segment = await encodeSegment(bucket, this.#slices);
    if (segment.digest !== known) {
      this.#chunk.push(segment);
      this.#chunkBytes += segment.bytes.length;
    }
    return segment.digest;
  }

  private async sendFullChunk(): Promise<void> {
    if (this.#chunkBytes < MOST_BYTES_AT_ONCE && this.#chunk.length < MOST_SEGMENTS_AT_ONCE) return;
    const chunk = this.#chunk;
    this.#chunk = [];
    this.#chunkBytes = 0;
    const absent = await this.slot.absent(chunk.map(({ digest }) => digest));
    const segments = chunk.filter(({ digest }) => absent.has(digest));
    if (segments.length > 0) await this.slot.upload(segments);
  }
}
