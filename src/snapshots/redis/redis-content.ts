import type { TaskRow } from '@/model/task.js';
import { bucketCount, intoBuckets, rowsOf, type Bucket } from '../content/buckets.js';
import type { Manifest } from '../content/manifest.js';
import { reuseBuckets } from '../content/reuse.js';
import type { Entry } from '../snapshot-store.js';

/** How an entry lies in Redis: its buckets, and the digest of each one's segment. */
export interface Layout {
  readonly buckets: readonly Bucket[];
  readonly digests: readonly string[];
}

/** Remembers how the entries in use lie in Redis. */
export class Layouts {
  readonly #known = new WeakMap<Entry, Layout>();

  of(entry: Entry | null): Layout | null {
    return entry === null ? null : (this.#known.get(entry) ?? null);
  }

  /** The entry that lies so. */
  async entry({ version, head }: Omit<Manifest, 'digests'>, layout: Layout): Promise<Entry> {
    const entry = { version, head, rows: await rowsOf(layout.buckets) };
    this.remember(entry, layout);
    return entry;
  }

  remember(entry: Entry, layout: Layout): void {
    this.#known.set(entry, layout);
  }

  /** The rows in buckets, those that did not change as the objects (and buckets) of `base`. */
  async arrange(rows: readonly TaskRow[], base: Entry | null): Promise<readonly Bucket[]> {
    const count = bucketCount(rows.length, this.of(base)?.buckets.length ?? null);
    return this.reuse(await intoBuckets(rows, count), base);
  }

  /** The buckets, with rows that did not change as the objects (and buckets) of `base`. */
  async reuse(buckets: readonly Bucket[], base: Entry | null): Promise<readonly Bucket[]> {
    if (base === null) return buckets;
    const known = this.of(base)?.buckets;
    const before = known?.length === buckets.length ? known : await intoBuckets(base.rows, buckets.length);
    return reuseBuckets(buckets, before);
  }
}
