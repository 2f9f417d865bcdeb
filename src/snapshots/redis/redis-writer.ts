import type { Chunk } from '../content/chunks.js';
import { encodeManifest } from '../content/manifest.js';
import type { ChunkLayouts, Layout } from './chunk-layouts.js';
import type { RedisSlot } from './redis-slot.js';
import { encodeSegment, type Segment } from '../content/segments.js';
import type { Content, Entry } from '../snapshot-store.js';
import type { TaskRow } from '@/model/task.js';

/** What to write, and under which lease. */
export interface Draft extends Content {
  readonly version: number;
  /** '' when no lease is needed. */
  readonly holder: string;
  /** Aborted when the lease is lost. */
  readonly lost: AbortSignal | null;
}

const MOST_BYTES_AT_ONCE = 1_000_000;
const MOST_SEGMENTS_AT_ONCE = 1_000;
const ENCODED_AT_ONCE = 8;
const MOST_TRIES = 3;

/**
 * Writes the draft. Chunks that have not changed since `base` are expected in Redis; when one is missing, all are written.
 * Returns the stored entry, or null when Redis refused it. Throws `RedisUnavailable`.
 */
export async function writeEntry(
  slot: RedisSlot,
  draft: Draft,
  { base, layouts }: Predecessor,
): Promise<Entry | null> {
  const { rows, chunks } = await layouts.arrange(draft.rows, base);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const upload = new Upload(slot, draft, knownDigests(tries === 0 ? layouts.of(base) : null));
    const digests = await upload.send(chunks);
    if (digests === null) return null;
    const outcome = await upload.commit(digests);
    if (outcome === 'refused') return null;
    if (outcome !== 'kept') continue;
    const { version, head, endedMs } = draft;
    const entry = { version, head, rows, endedMs };
    layouts.remember(entry, { chunks, digests });
    return entry;
  }
  return null;
}

/** The entry that a draft is compared with. */
export interface Predecessor {
  readonly base: Entry | null;
  readonly layouts: ChunkLayouts;
}

/** The chunks of a layout with their digests, by the first row of each. */
type KnownDigests = ReadonlyMap<TaskRow, { readonly chunk: Chunk; readonly digest: string }>;

function knownDigests(layout: Layout | null): KnownDigests {
  const known = new Map<TaskRow, { chunk: Chunk; digest: string }>();
  for (const [index, chunk] of (layout?.chunks ?? []).entries()) {
    const [first, digest] = [chunk[0], layout?.digests[index]];
    if (first !== undefined && digest !== undefined) known.set(first, { chunk, digest });
  }
  return known;
}

function isSameChunk(a: Chunk, b: Chunk): boolean {
  return a === b || (a.length === b.length && a.every((row, index) => row === b[index]));
}

/** One try to write a draft. Holds the bytes of one batch at a time. */
class Upload {
  #batch: Segment[] = [];
  #batchBytes = 0;

  constructor(
    private readonly slot: RedisSlot,
    private readonly draft: Draft,
    private readonly known: KnownDigests,
  ) {}

  /** Sends all batches but the last. Returns the digests of the chunks, or null when the lease is lost. */
  async send(chunks: readonly Chunk[]): Promise<string[] | null> {
    const digests: string[] = [];
    for (let index = 0; index < chunks.length; index += ENCODED_AT_ONCE) {
      if (this.draft.lost?.aborted === true) return null;
      const some = chunks.slice(index, index + ENCODED_AT_ONCE);
      digests.push(...(await Promise.all(some.map((chunk) => this.digest(chunk)))));
      await this.sendFullBatch();
    }
    return digests;
  }

  commit(digests: readonly string[]): Promise<string> {
    const { holder, version, head } = this.draft;
    const manifest = encodeManifest({ version, head, digests }, this.slot.digest);
    return this.slot.commit({ holder, version, manifest, segments: this.#batch });
  }

  private async digest(chunk: Chunk): Promise<string> {
    const known = chunk[0] && this.known.get(chunk[0]);
    if (known !== undefined && isSameChunk(known.chunk, chunk)) return known.digest;
    const segment = await encodeSegment(chunk);
    this.#batch.push(segment);
    this.#batchBytes += segment.bytes.length;
    return segment.digest;
  }

  private async sendFullBatch(): Promise<void> {
    if (this.#batchBytes < MOST_BYTES_AT_ONCE && this.#batch.length < MOST_SEGMENTS_AT_ONCE) return;
    const batch = this.#batch;
    this.#batch = [];
    this.#batchBytes = 0;
    const absent = await this.slot.absent(batch.map(({ digest }) => digest));
    const segments = batch.filter(({ digest }) => absent.has(digest));
    if (segments.length > 0) await this.slot.upload(segments);
  }
}
