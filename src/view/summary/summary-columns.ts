import type { Feed } from '@/model/feed.js';
import type { GroupField, SummaryQuery } from '@/model/summary.js';
import type { CodedColumn, CodedValue } from '../columns.js';
import type { FeedIndex } from '../feed-index.js';

/** What a summary looks at, by position in a feed's rows. */
export interface SummaryColumns {
  readonly createTimes: Float64Array;
  /** The times that buckets are of. */
  readonly times: Float64Array;
  readonly durations: Float64Array;
  readonly warnings: CodedColumn;
  readonly keys: readonly KeyColumn[];
}

/** One field of the key. */
export interface KeyColumn {
  readonly field: GroupField;
  /** null where all rows have the first value. */
  readonly codes: CodedColumn['codes'] | null;
  readonly values: readonly CodedValue[];
}

/** The columns of a feed that a summary needs. Those that nobody asked for before are made. */
export async function summaryColumns(
  index: FeedIndex,
  feed: Feed,
  { groupBy, bucketing }: Pick<SummaryQuery, 'groupBy' | 'bucketing'>,
): Promise<SummaryColumns> {
  const keys: KeyColumn[] = [];
  for (const field of groupBy) keys.push(await keyColumn(index, feed, field));
  return {
    createTimes: await index.times('createTime'),
    times: await index.times(bucketing?.by ?? 'createTime'),
    durations: await index.durations(),
    warnings: await index.codes('hasWarnings'),
    keys,
  };
}

async function keyColumn(index: FeedIndex, feed: Feed, field: GroupField): Promise<KeyColumn> {
  if (field === 'feed') return { field, codes: null, values: [feed.name] };
  if (field === 'provider' || field === 'source') return { field, codes: null, values: [feed[field]] };
  return { field, ...(await index.codes(field)) };
}
