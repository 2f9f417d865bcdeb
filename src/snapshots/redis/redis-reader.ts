import type { Chunk } from '../content/chunks.js';
import { decodeManifest, EMPTY, type Manifest } from '../content/manifest.js';
import type { ChunkLayouts } from './chunk-layouts.js';
import type { RedisSlot } from './redis-slot.js';
import { decodeSegment } from '../content/segments.js';
import type { Entry } from '../snapshot-store.js';

const SEGMENTS_AT_ONCE = 64;
const DECODED_AT_ONCE = 8;
const MOST_TRIES = 3;

export interface ReadOptions {
  readonly held: Entry | null;
  readonly layouts: ChunkLayouts;
  /** A later version is invalid, epoch milliseconds. */
  readonly latestMs: number;
  /** Called when an entry is rejected: it cannot be read, or its signature or its version is wrong. */
  readonly onRejected: () => void;
}

/**
 * The entry if it is newer than the one held, else null. An entry that is invalid or has a wrong signature is removed
 * from Redis. Throws `RedisUnavailable`.
 */
export async function readEntry(
  slot: RedisSlot,
  { held, layouts, latestMs, onRejected }: ReadOptions,
): Promise<Entry | null> {
  let triedVersion = 0;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const found = await slot.read(held?.version ?? 0);
    if (found === null) return null;
    const manifest = decodeManifest(found.manifest, slot.digest);
    const isTried = found.version === triedVersion || found.version > latestMs;
    if (manifest?.version !== found.version || isTried) {
      onRejected();
      await slot.discard(found.version);
      return null;
    }
    const entry = await new Download(slot, held, layouts).entry(manifest);
    if (entry !== null) return entry;
    triedVersion = found.version;
  }
  return null;
}

/** One try to read an entry. */
class Download {
  readonly #chunks = new Map<string, Chunk>([[EMPTY, []]]);

  constructor(
    private readonly slot: RedisSlot,
    private readonly held: Entry | null,
    private readonly layouts: ChunkLayouts,
  ) {}

  /** null when a segment is missing or damaged: a newer entry may have replaced it. */
  async entry(manifest: Manifest): Promise<Entry | null> {
    const { digests } = manifest;
    const known = this.layouts.of(this.held);
    known?.digests.forEach((digest, index) => this.#chunks.set(digest, known.chunks[index] ?? []));
    const missing = [...new Set(digests)].filter((digest) => !this.#chunks.has(digest));
    for (let index = 0; index < missing.length;) {
      const fetched = await this.fetch(missing.slice(index, index + SEGMENTS_AT_ONCE));
      if (fetched === 0) return null;
      index += fetched;
    }
    const chunks = digests.map((digest) => this.#chunks.get(digest) ?? []);
    return this.layouts.entry(manifest, { chunks, digests }, this.held);
  }

  /** How many segments were fetched; 0 when one is missing or damaged. */
  private async fetch(digests: readonly string[]): Promise<number> {
    const segments = await this.slot.fetch(digests);
    for (let index = 0; index < segments.length; index += DECODED_AT_ONCE) {
      const some = segments.slice(index, index + DECODED_AT_ONCE);
      const decoded = await Promise.all(some.map((segment) => decodeSegment(segment)));
      for (const [offset, chunk] of decoded.entries()) {
        if (chunk === null) return 0;
        this.#chunks.set(some[offset]?.digest ?? EMPTY, chunk);
      }
    }
    return segments.length;
  }
}
