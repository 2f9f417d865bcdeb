import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { CompletenessDto } from '@/answers/completeness.dto.js';
import {
  TASK_STATUSES,
  TASK_TRIGGERS,
  TASK_TYPES,
  type TaskStatus,
  type TaskTrigger,
  type TaskType,
} from '@/model/task.js';
import type { ClusterKey, ResourceKey } from '@/view/summary/identity.js';

@ApiSchema({
  name: 'SummaryResource',
  description:
    'A resource that tasks are grouped by. Tasks are of the same resource if source, type and id agree, or the name if there is no id.',
})
export class SummaryResourceDto implements ResourceKey {
  /** The id of the configured source. */
  @ApiProperty({ example: 'server-backups' })
  source: string;

  /** The type of the resource, as in its tasks. */
  @ApiProperty({ type: String, nullable: true, example: 'OS::Nova::Server' })
  type: string | null;

  /** The id of the resource in the upstream. */
  @ApiProperty({ type: String, nullable: true, example: '1dab32fa-ebf2-415a-ab0b-eabe6353bc86' })
  id: string | null;

  /** The name in the newest task of the answer that has one. */
  @ApiProperty({ type: String, nullable: true, example: 'ECS-0001' })
  name: string | null;
}

@ApiSchema({
  name: 'SummaryCluster',
  description:
    'A cluster that tasks are grouped by. Clusters of different sources are different groups, even if their ids agree: group by source as well to tell them apart.',
})
export class SummaryClusterDto implements ClusterKey {
  /** The id of the cluster in the upstream. */
  @ApiProperty({ example: '1000005' })
  id: string;

  /** The name in the newest task of the answer that has one. */
  @ApiProperty({ type: String, nullable: true, example: 'yc0820_17' })
  name: string | null;
}

@ApiSchema({
  name: 'SummaryKey',
  description:
    'What the tasks of a group have in common: a value for each field of `groupBy`, as in the tasks.',
})
export class SummaryKeyDto {
  /** The status of the tasks. */
  @ApiPropertyOptional({ enum: TASK_STATUSES, example: 'FAILED' })
  status?: TaskStatus;

  /** The kind of upstream system. */
  @ApiPropertyOptional({ example: 'huawei-cbr' })
  provider?: string;

  /** The id of the configured source. */
  @ApiPropertyOptional({ example: 'server-backups' })
  source?: string;

  /** The full name of the feed. */
  @ApiPropertyOptional({ example: 'sources/server-backups/feeds/operation-logs' })
  feed?: string;

  /** What kind of work it is. */
  @ApiPropertyOptional({ enum: TASK_TYPES, example: 'BACKUP' })
  type?: TaskType;

  /** How the tasks were started; null if that is not known. */
  @ApiPropertyOptional({ enum: TASK_TRIGGERS, nullable: true, example: 'SCHEDULED' })
  trigger?: TaskTrigger | null;

  /** What is backed up; null if that is not known. */
  @ApiPropertyOptional({ type: SummaryResourceDto, nullable: true })
  resource?: SummaryResourceDto | null;

  /** The cluster the tasks ran on; null for tasks without one. */
  @ApiPropertyOptional({ type: SummaryClusterDto, nullable: true })
  cluster?: SummaryClusterDto | null;
}

@ApiSchema({ name: 'SummaryBucket', description: 'An hour, day, week or month of the time zone asked for.' })
export class SummaryBucketDto {
  /** The first moment of the bucket. */
  @ApiProperty({ format: 'date-time', example: '2026-11-27T23:00:00.000Z' })
  start: string;

  /** The first moment after the bucket. */
  @ApiProperty({ format: 'date-time', example: '2026-11-28T23:00:00.000Z' })
  end: string;

  /**
   * False if a feed in scope does not cover all of the bucket: it may lack tasks. The bucket of the present is complete if
   * all feeds are covered up to now.
   */
  complete: boolean;
}

@ApiSchema({
  name: 'SummaryDurations',
  description: 'How long the tasks of a group took, of those whose `durationSeconds` is known.',
})
export class SummaryDurationsDto {
  /** How many tasks have a duration. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 3 })
  count: number;

  /** The median, by nearest rank; null if no task has a duration. */
  @ApiProperty({ type: Number, nullable: true, minimum: 0, example: 502 })
  median: number | null;

  /** The 95th percentile, by nearest rank; null if no task has a duration. */
  @ApiProperty({ type: Number, nullable: true, minimum: 0, example: 610.4 })
  p95: number | null;
}

@ApiSchema({ name: 'SummaryGroup', description: 'The tasks that have one key and are in one bucket.' })
export class SummaryGroupDto {
  @ApiProperty({ type: SummaryKeyDto })
  key: SummaryKeyDto;

  /** null without `bucket`, and for tasks that lack the time that buckets are of. */
  @ApiProperty({ type: SummaryBucketDto, nullable: true })
  bucket: SummaryBucketDto | null;

  /** How many tasks there are. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 3 })
  count: number;

  /** How many of them have warnings. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 0 })
  withWarnings: number;

  /** The earliest `createTime`, or time of `bucketBy`, of the tasks; null if none has it. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-11-28T01:00:03.511Z' })
  firstTime: string | null;

  /** The latest such time. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-11-28T01:20:00.010Z' })
  lastTime: string | null;

  @ApiProperty({ type: SummaryDurationsDto })
  durationSeconds: SummaryDurationsDto;
}

@ApiSchema({ name: 'TaskSummary', description: 'Tasks counted in groups.' })
export class TaskSummaryDto {
  /** Sorted by bucket (null last), then by the values of the key as texts (null last). */
  @ApiProperty({ type: [SummaryGroupDto] })
  groups: SummaryGroupDto[];

  /** How many tasks match, over all feeds that have a snapshot. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 3 })
  totalSize: number;

  /** Names of the feeds in scope whose current state could not be read, sorted. */
  @ApiProperty({ type: [String] })
  unreachable: string[];

  @ApiProperty({ type: CompletenessDto })
  completeness: CompletenessDto;
}
