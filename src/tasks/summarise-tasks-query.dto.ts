import {
  BUCKET_TIMES,
  BUCKET_UNITS,
  GROUP_FIELDS,
  type BucketTime,
  type BucketUnit,
  type GroupField,
  type SummaryQuery,
} from '@/model/summary.js';
import { BooleanParameter, ChoiceParameter, ListParameter, TimeZoneParameter } from '@/answers/parameters.js';
import { filterOf, TaskFilterQuery } from './task-filter-query.dto.js';

/** The query of `GET /v1/tasks/summary`. */
export class SummariseTasksQuery extends TaskFilterQuery {
  @ListParameter(GROUP_FIELDS, {
    description:
      'What the tasks are grouped by, in the order of the key. One or more values: repeat the parameter, or separate the values by commas. Without it, all tasks are one group.',
  })
  groupBy?: GroupField[];

  @ChoiceParameter(BUCKET_UNITS, {
    description:
      'Counts the tasks of each hour, day, week (from Monday) or month of `timeZone`. Without it, there is one bucket over all.',
  })
  bucket?: BucketUnit;

  @ChoiceParameter(BUCKET_TIMES, {
    description:
      'The time by which a task is put into a bucket. Tasks without this time are in groups whose bucket is null. No effect without `bucket`.',
    default: 'createTime',
  })
  bucketBy?: BucketTime;

  @TimeZoneParameter({
    description:
      'The time zone of the buckets, by its name in the IANA database, such as `Europe/Berlin`. A day has 23 or 25 hours if the clocks change on it. No effect without `bucket`.',
    default: 'UTC',
  })
  timeZone?: string;

  @BooleanParameter({
    description:
      '`true`: each key that occurs has a group for each bucket from the first to the last of the answer, with count 0 if nothing was in it. No effect without `bucket`.',
    default: false,
  })
  includeEmpty?: boolean;
}

/** The question that a checked query asks. */
export function toSummaryQuery(query: SummariseTasksQuery): SummaryQuery {
  const { groupBy = [], bucket, bucketBy = 'createTime', timeZone = 'UTC', includeEmpty = false } = query;
  return {
    filter: filterOf(query),
    groupBy: [...new Set(groupBy)],
    bucketing: bucket === undefined ? null : { unit: bucket, by: bucketBy, timeZone },
    includeEmpty,
  };
}
