import { MOST_GROUPS, type GroupField, type SummaryQuery } from '@/model/summary.js';
import type { Steps } from '@/scheduling/cooperative.js';
import type { Bucket, Calendar } from './calendar.js';
import type { FeedSummary } from './feed-summary.js';
import { emptyGroup } from './group-table.js';
import { keyValue, NewestNames, type KeyValue } from './identity.js';
import { durationsOf, fillGaps, totalsOf, type Durations, type Total } from './totals.js';

/** Tasks counted in groups. */
export interface Summary {
  /** How many tasks match. */
  readonly totalSize: number;
  /** How many groups there are, empty ones included; about, where there are far too many. */
  readonly groupCount: number;
  /** Sorted by bucket (none last), then by key; null where there are more than `MOST_GROUPS`. */
  readonly groups: readonly SummaryGroup[] | null;
}

/** The value of each field that tasks are grouped by. */
export type GroupKey = Readonly<Partial<Record<GroupField, KeyValue['shown']>>>;

export interface SummaryGroup {
  readonly key: GroupKey;
  readonly bucket: Bucket | null;
  readonly count: number;
  readonly withWarnings: number;
  /** Of the times that buckets are of, epoch milliseconds; null where no task has one. */
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  readonly durations: Durations;
}

/** How the feeds are added up. */
export interface SummaryPlan extends Pick<SummaryQuery, 'groupBy' | 'includeEmpty'> {
  /** null: one bucket over all. */
  readonly calendar: Calendar | null;
}

/** Adds up what the feeds bring, in steps. */
export function* addUp(
  feeds: readonly FeedSummary[],
  { groupBy, includeEmpty, calendar }: SummaryPlan,
): Steps<Summary> {
  const totals = yield* totalsOf(feeds);
  if (groupBy.length === 0 && totals.size === 0) {
    const nothing = emptyGroup('[]', null);
    totals.set(nothing.cell, { ...nothing, runs: [] });
  }
  const totalSize = [...totals.values()].reduce((sum, { count }) => sum + count, 0);
  const groupCount =
    includeEmpty && calendar !== null ? yield* fillGaps(totals, calendar, MOST_GROUPS) : totals.size;
  if (groupCount > MOST_GROUPS) return { totalSize, groupCount, groups: null };
  const names = new NewestNames();
  for (const feed of feeds) names.addAll(feed.names);
  return { totalSize, groupCount, groups: yield* inOrder([...totals.values()], groupBy, names) };
}

/** A key, and its place among all keys of the summary. */
interface RankedKey {
  readonly key: GroupKey;
  readonly rank: number;
}

function* inOrder(
  totals: readonly Total[],
  groupBy: readonly GroupField[],
  names: NewestNames,
): Steps<SummaryGroup[]> {
  const keys = rankedKeys(new Set(totals.map(({ key }) => key)), groupBy, names);
  const placed = totals.map((total) => ({ total, ...keys.get(total.key)! }));
  placed.sort((a, b) => startOf(a.total) - startOf(b.total) || a.rank - b.rank);
  const groups: SummaryGroup[] = [];
  for (const { total, key } of placed) {
    const { bucket, count, withWarnings, firstMs, lastMs } = total;
    const durations = yield* durationsOf(total);
    const times = { firstMs: finiteOrNull(firstMs), lastMs: finiteOrNull(lastMs) };
    groups.push({ key, bucket, count, withWarnings, ...times, durations });
    yield;
  }
  return groups;
}

/** Beyond all times where there is no bucket. */
function startOf({ bucket }: Total): number {
  return bucket?.startMs ?? Number.MAX_VALUE;
}

function finiteOrNull(timeMs: number): number | null {
  return Number.isFinite(timeMs) ? timeMs : null;
}

function rankedKeys(
  texts: ReadonlySet<string>,
  groupBy: readonly GroupField[],
  names: NewestNames,
): ReadonlyMap<string, RankedKey> {
  const keys = [...texts].map((text) => {
    const identities = JSON.parse(text) as (string | null)[];
    const values = groupBy.map((field, at) => keyValue(field, identities[at] ?? null, names));
    const key: GroupKey = Object.fromEntries(groupBy.map((field, at) => [field, values[at]?.shown ?? null]));
    return { text, key, sortedBy: values.flatMap(({ sortedBy }) => sortedBy) };
  });
  // Clusters of several sources may look the same.
  keys.sort((a, b) => compareTexts(a.sortedBy, b.sortedBy) || compareTexts([a.text], [b.text]));
  return new Map(keys.map(({ text, key }, rank) => [text, { key, rank }]));
}

/** Text by text; null comes last. */
function compareTexts(a: readonly (string | null)[], b: readonly (string | null)[]): number {
  for (const [at, textA] of a.entries()) {
    const textB = b[at] ?? null;
    if (textA === textB) continue;
    if (textA === null || textB === null) return textA === null ? 1 : -1;
    return textA < textB ? -1 : 1;
  }
  return 0;
}
