import type { Bucket, Calendar } from './calendar.js';
import { identify } from './identity.js';
import type { KeyColumn, SummaryColumns } from './summary-columns.js';

/** What is counted of the tasks of one feed, or of all, that have the same key and are in the same bucket. */
export interface Group {
  /** The identities of the key's values, in the order of `groupBy`. */
  readonly key: string;
  /** Names the key and the bucket. */
  readonly cell: string;
  /** null without buckets, and for tasks without the time that buckets are of. */
  readonly bucket: Bucket | null;
  count: number;
  withWarnings: number;
  /** Of the times that buckets are of; Infinity and -Infinity where no task has one. */
  firstMs: number;
  lastMs: number;
  /** How many tasks have a duration. */
  durationCount: number;
}

/** A group without tasks. */
export function emptyGroup(key: string, bucket: Bucket | null): Group {
  return {
    ...{ key, bucket, cell: `${bucket?.startMs ?? ''} ${key}`, count: 0, withWarnings: 0 },
    ...{ firstMs: Infinity, lastMs: -Infinity, durationCount: 0 },
  };
}

interface GrowingGroup extends Group {
  readonly durations: number[];
}

/** Puts rows of one feed into groups. */
export class GroupTable {
  readonly #groups: GrowingGroup[] = [];
  /** By the start of the bucket, NaN for none, and within it by the combined codes of the key. */
  readonly #byBucket = new Map<number, Map<number, GrowingGroup>>();
  readonly #identities = new Map<string, string | null>();
  readonly #warned: number;
  /** The bucket of the row before: most rows are in the same. */
  #bucket: Bucket | null = null;
  #inBucket = new Map<number, GrowingGroup>();

  constructor(
    private readonly columns: SummaryColumns,
    private readonly rows: { readonly calendar: Calendar | null; readonly source: string },
  ) {
    this.#warned = columns.warnings.values.indexOf(true);
  }

  add(position: number): void {
    const { times, durations, warnings } = this.columns;
    const timeMs = times[position]!;
    if (this.rows.calendar !== null) this.#turnTo(timeMs, this.rows.calendar);
    const group = this.#groupOf(position);
    group.count += 1;
    if (warnings.codes[position] === this.#warned) group.withWarnings += 1;
    if (timeMs < group.firstMs) group.firstMs = timeMs;
    if (timeMs > group.lastMs) group.lastMs = timeMs;
    const seconds = durations[position]!;
    if (!Number.isNaN(seconds)) group.durations.push(seconds);
  }

  /** The groups, and the durations of their tasks, group by group. */
  finish(): { readonly groups: readonly Group[]; readonly durations: Float64Array } {
    const groups = this.#groups.map(({ durations, ...group }) => ({
      ...group,
      durationCount: durations.length,
    }));
    const durations = new Float64Array(groups.reduce((sum, { durationCount }) => sum + durationCount, 0));
    let from = 0;
    for (const group of this.#groups) {
      durations.set(group.durations, from);
      from += group.durations.length;
    }
    return { groups, durations };
  }

  #turnTo(timeMs: number, calendar: Calendar): void {
    const bucket = this.#bucket;
    if (bucket !== null && timeMs >= bucket.startMs && timeMs < bucket.endMs) return;
    this.#bucket = Number.isNaN(timeMs) ? null : calendar.bucketOf(timeMs);
    const start = this.#bucket?.startMs ?? NaN;
    this.#inBucket = this.#byBucket.get(start) ?? new Map<number, GrowingGroup>();
    this.#byBucket.set(start, this.#inBucket);
  }

  #groupOf(position: number): GrowingGroup {
    let code = 0;
    for (const { codes, values } of this.columns.keys) {
      if (codes !== null) code = code * values.length + codes[position]!;
    }
    const known = this.#inBucket.get(code);
    if (known !== undefined) return known;
    const group = { ...emptyGroup(this.#keyAt(position), this.#bucket), durations: [] };
    this.#inBucket.set(code, group);
    this.#groups.push(group);
    return group;
  }

  #keyAt(position: number): string {
    return JSON.stringify(this.columns.keys.map((column) => this.#identityAt(column, position)));
  }

  #identityAt({ field, codes, values }: KeyColumn, position: number): string | null {
    const code = codes?.[position] ?? 0;
    const name = `${field} ${code}`;
    const known = this.#identities.get(name);
    if (known !== undefined) return known;
    const { identity } = identify(field, values[code] ?? null, this.rows.source);
    this.#identities.set(name, identity);
    return identity;
  }
}
