import type { TaskFilter } from './query.js';

/** What the tasks of a summary can be grouped by. */
export const GROUP_FIELDS = [
  'status',
  'provider',
  'source',
  'feed',
  'type',
  'trigger',
  'resource',
  'cluster',
] as const;
export type GroupField = (typeof GROUP_FIELDS)[number];

/** How long the buckets of a summary are, by the calendar of a time zone. */
export const BUCKET_UNITS = ['hour', 'day', 'week', 'month'] as const;
export type BucketUnit = (typeof BUCKET_UNITS)[number];

/** The times by which a task can be put into a bucket. */
export const BUCKET_TIMES = ['createTime', 'endTime'] as const;
export type BucketTime = (typeof BUCKET_TIMES)[number];

/** Which buckets the tasks are put into, and by which of their times. */
export interface Bucketing {
  readonly unit: BucketUnit;
  readonly by: BucketTime;
  /** A name that `Intl` knows. */
  readonly timeZone: string;
}

export interface SummaryQuery {
  readonly filter: TaskFilter;
  /** Each at most once, in the order of the key; empty: one group. */
  readonly groupBy: readonly GroupField[];
  /** null: one bucket over all. */
  readonly bucketing: Bucketing | null;
  /** Whether buckets in which nothing was are listed too, between the first and the last. */
  readonly includeEmpty: boolean;
}

/** A larger summary is refused. */
export const MOST_GROUPS = 10_000;
