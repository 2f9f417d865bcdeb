import type { Steps } from '@/scheduling/cooperative.js';
import type { Bucket, Calendar } from './calendar.js';
import type { FeedSummary } from './feed-summary.js';
import { emptyGroup, type Group } from './group-table.js';
import { nearestRanks } from './nearest-rank.js';

/** A group over all feeds. */
export interface Total extends Group {
  /** Where the durations of its tasks are. */
  readonly runs: DurationRun[];
}

interface DurationRun {
  readonly durations: Float64Array;
  readonly from: number;
  readonly count: number;
}

/** By cell. */
export type Totals = Map<string, Total>;

const GROUPS_A_STEP = 1024;

/** Adds the groups of all feeds up, in steps. */
export function* totalsOf(feeds: readonly FeedSummary[]): Steps<Totals> {
  const totals: Totals = new Map();
  let added = 0;
  for (const { groups, durations } of feeds) {
    let from = 0;
    for (const group of groups) {
      const count = group.durationCount;
      addTo(totals, group, { durations, from, count });
      from += count;
      added += 1;
      if (added % GROUPS_A_STEP === 0) yield;
    }
  }
  return totals;
}

function addTo(totals: Totals, group: Group, run: DurationRun): void {
  const total = totals.get(group.cell);
  if (total === undefined) {
    totals.set(group.cell, { ...group, runs: [run] });
    return;
  }
  total.count += group.count;
  total.withWarnings += group.withWarnings;
  total.firstMs = Math.min(total.firstMs, group.firstMs);
  total.lastMs = Math.max(total.lastMs, group.lastMs);
  total.durationCount += group.durationCount;
  total.runs.push(run);
}

/**
 * Adds an empty group for each key and each bucket from the first to the last, where there is none. Answers how many groups
 * there are then; where they are more than `most`, none is added, and if they are very many, that is about their number.
 */
export function* fillGaps(totals: Totals, calendar: Calendar, most: number): Steps<number> {
  const keys = new Set([...totals.values()].map(({ key }) => key));
  const between = yield* bucketsBetween(totals, calendar, most);
  const withoutBucket = [...totals.values()].filter(({ bucket }) => bucket === null).length;
  const count = withoutBucket + keys.size * between.count;
  if (count > most) return count;
  for (const bucket of between.buckets) {
    for (const key of keys) {
      const empty = emptyGroup(key, bucket);
      if (!totals.has(empty.cell)) totals.set(empty.cell, { ...empty, runs: [] });
    }
    yield;
  }
  return count;
}

interface BucketsBetween {
  readonly count: number;
  /** Not all, where they are more than `most`. */
  readonly buckets: readonly Bucket[];
}

function* bucketsBetween(totals: Totals, calendar: Calendar, most: number): Steps<BucketsBetween> {
  const occurring = [...totals.values()].flatMap(({ bucket }) => bucket ?? []);
  const [start] = occurring;
  if (start === undefined) return { count: 0, buckets: [] };
  const first = occurring.reduce((a, b) => (b.startMs < a.startMs ? b : a), start);
  const last = occurring.reduce((a, b) => (b.startMs > a.startMs ? b : a), start);
  const buckets = [first];
  for (let at = first; at.startMs < last.startMs; buckets.push(at)) {
    if (buckets.length > most) return { count: calendar.roughCount(first, last), buckets };
    at = calendar.bucketOf(at.endMs);
    yield;
  }
  return { count: buckets.length, buckets };
}

/** In seconds, by nearest rank. */
export interface Durations {
  readonly count: number;
  readonly median: number | null;
  readonly p95: number | null;
}

/** The durations of a group's tasks, in steps. */
export function* durationsOf({ runs, durationCount }: Total): Steps<Durations> {
  if (durationCount === 0) return { count: 0, median: null, p95: null };
  const values = new Float64Array(durationCount);
  let filled = 0;
  for (const { durations, from, count } of runs) {
    for (let offset = 0; offset < count; offset += 1) values[filled + offset] = durations[from + offset]!;
    filled += count;
  }
  const [median = null, p95 = null] = yield* nearestRanks(values, [50, 95]);
  return { count: durationCount, median, p95 };
}
