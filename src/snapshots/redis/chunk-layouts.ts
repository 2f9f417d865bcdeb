import type { TaskRow } from '@/model/task.js';
import { arrangeRows, inUsualOrder, reuseRows } from '../content/arrange-rows.js';
import { intoChunks, rowsOf, type Chunk } from '../content/chunks.js';
import type { Manifest } from '../content/manifest.js';
import type { Entry } from '../snapshot-store.js';

/** How rows are stored in Redis: in chunks, each with the digest of its segment. */
export interface Layout {
  readonly chunks: readonly Chunk[];
  readonly digests: readonly string[];
}

/** Remembers the layout of the entries in use, so that only changed chunks are sent or fetched. */
export class ChunkLayouts {
  readonly #known = new WeakMap<Entry, Layout>();

  of(entry: Entry | null): Layout | null {
    return entry === null ? null : (this.#known.get(entry) ?? null);
  }

  remember(entry: Entry, layout: Layout): void {
    this.#known.set(entry, layout);
  }

  /** The rows in order, with the objects of `base` for unchanged rows, and the chunks to write them in. */
  async arrange(
    rows: readonly TaskRow[],
    base: Entry | null,
  ): Promise<{ readonly rows: readonly TaskRow[]; readonly chunks: readonly Chunk[] }> {
    const arranged = await arrangeRows(rows, base?.rows ?? null);
    const known = arranged === base?.rows ? this.of(base) : null;
    return { rows: arranged, chunks: known?.chunks ?? (await intoChunks(arranged)) };
  }

  /** The entry from chunks that were read. Another release may have written them in another order. */
  async entry(
    { version, head }: Omit<Manifest, 'digests'>,
    { chunks, digests }: Layout,
    held: Entry | null,
  ): Promise<Entry> {
    const read = await rowsOf(chunks);
    const sorted = await inUsualOrder(read);
    const rows = await reuseRows(sorted, held?.rows ?? null);
    const entry = { version, head, rows };
    if (sorted === read) this.remember(entry, { chunks: sliceLike(rows, chunks), digests });
    return entry;
  }
}

/** The rows in chunks of the same lengths. */
function sliceLike(rows: readonly TaskRow[], chunks: readonly Chunk[]): Chunk[] {
  let end = 0;
  return chunks.map(({ length }) => rows.slice(end, (end += length)));
}
