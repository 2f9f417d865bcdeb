import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import {
  TASK_STATUSES,
  TASK_TRIGGERS,
  TASK_TYPES,
  type TaskStatus,
  type TaskTrigger,
  type TaskType,
} from '@/model/task.js';
import { FAILURE_REASONS, type FailureReason } from '@/model/failure.js';
import type { ProblemState } from '@/model/collection.js';

@ApiSchema({ name: 'TaskResource', description: 'What is backed up.' })
export class TaskResourceDto {
  /**
   * `css-cluster`, `cce-cluster`, `oceanbase-tenant` (`oceanbase-cluster` where the task is of no one tenant), or CBR's
   * own type string.
   */
  @ApiProperty({ type: String, nullable: true, example: 'OS::Nova::Server' })
  type: string | null;

  /** The upstream's id of it. */
  @ApiProperty({ type: String, nullable: true, example: '1dab32fa-ebf2-415a-ab0b-eabe6353bc86' })
  id: string | null;

  /** The name it has in the upstream. */
  @ApiProperty({ type: String, nullable: true, example: 'ECS-0001' })
  name: string | null;
}

@ApiSchema({ name: 'TaskCluster', description: 'The cluster a task ran on.' })
export class TaskClusterDto {
  /** The upstream's id of the cluster. */
  @ApiProperty({ example: '1000005' })
  id: string;

  /** The name of the cluster. */
  @ApiProperty({ type: String, nullable: true, example: 'yc0820_17' })
  name: string | null;
}

@ApiSchema({ name: 'TaskError', description: 'What the upstream tells of a failure.' })
export class TaskErrorDto {
  /** The upstream's code. */
  @ApiProperty({ type: String, nullable: true, example: 'BackupService.6300' })
  code: string | null;

  /** The upstream's own text. */
  @ApiProperty({ example: 'The backup could not be created.' })
  message: string;
}

@ApiSchema({ name: 'TaskWarning', description: 'What went wrong beside the status.' })
export class TaskWarningDto {
  /** The upstream's code. */
  @ApiProperty({ type: String, nullable: true, example: 'BackupService.1110' })
  code: string | null;

  /** In our words. */
  @ApiProperty({ example: 'The backup could not be made application-consistent.' })
  message: string;
}

@ApiSchema({
  name: 'Task',
  description: 'One record of a feed, normalised. Every field is always present; unknown is null.',
})
export class TaskDto {
  /** Unique over all sources, stable over time, safe in a URL path. */
  @ApiProperty({ example: 'server-backups.4827f2da-b008-4507-ab7d-42d0df5ed912' })
  id: string;

  /** The kind of system it comes from. An open list: `/v1/providers` names those there are. */
  @ApiProperty({ example: 'huawei-cbr' })
  provider: string;

  /** The configured connection it comes from. */
  @ApiProperty({ example: 'server-backups' })
  source: string;

  /** The full name of the feed it comes from. */
  @ApiProperty({ example: 'sources/server-backups/feeds/operation-logs' })
  feed: string;

  /** The upstream's own id. */
  @ApiProperty({ type: String, nullable: true, example: '4827f2da-b008-4507-ab7d-42d0df5ed912' })
  nativeId: string | null;

  /** What kind of work it is. */
  @ApiProperty({ enum: TASK_TYPES, enumName: 'TaskType' })
  type: TaskType;

  /** Who started it. */
  @ApiProperty({ enum: TASK_TRIGGERS, nullable: true, example: 'SCHEDULED' })
  trigger: TaskTrigger | null;

  /** What it is doing. UNKNOWN is a native status that the mapping does not know. */
  @ApiProperty({ enum: TASK_STATUSES, enumName: 'TaskStatus' })
  status: TaskStatus;

  /** The upstream's own word, untouched. */
  @ApiProperty({ type: String, nullable: true, example: 'success' })
  nativeStatus: string | null;

  /** As the upstream tells it; not invented for ended tasks. */
  @ApiProperty({ type: Number, nullable: true, minimum: 0, maximum: 100, example: 100 })
  progressPercent: number | null;

  /** When the task was created. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2019-05-23T14:31:36.039Z' })
  createTime: string | null;

  /** When the work began. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2019-05-23T14:31:36.007Z' })
  startTime: string | null;

  /** Only where the task has ended and the upstream tells when. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2019-05-23T14:35:23.511Z' })
  endTime: string | null;

  /** When the upstream last changed the record. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2019-05-23T14:35:23.584Z' })
  updateTime: string | null;

  /** From the start, else the creation, to the end. */
  @ApiProperty({ type: Number, nullable: true, minimum: 0, example: 227.504 })
  durationSeconds: number | null;

  /** Continuous log backup: how far the archive has come; null where it has not begun. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  checkpointTime: string | null;

  /** Continuous log backup: how far the archive is behind; below zero is 0. */
  @ApiProperty({ type: Number, nullable: true, minimum: 0, example: null })
  lagSeconds: number | null;

  /** What is backed up. */
  @ApiProperty({ type: TaskResourceDto, nullable: true })
  resource: TaskResourceDto | null;

  /** The cluster it ran on. */
  @ApiProperty({ type: TaskClusterDto, nullable: true })
  cluster: TaskClusterDto | null;

  /**
   * Where the backup goes: the path of the logs (CSS), the URI of the backup (OCP), the name of the vault, else its id
   * (CBR). Of a REPLICATION or a RESTORE it is the vault that holds the backup which is copied or restored, not the
   * target: CBR tells no other. Of a DELETE, SYNC, VAULT_DELETE or REMOVE_RESOURCE it is the vault that is changed.
   */
  @ApiProperty({ type: String, nullable: true, example: 'vault-prod-01' })
  destination: string | null;

  /** null unless the upstream tells an error. */
  @ApiProperty({ type: TaskErrorDto, nullable: true })
  error: TaskErrorDto | null;

  /** What went wrong beside the status, whatever that is, in our words with the upstream's code; empty otherwise. */
  @ApiProperty({ type: [TaskWarningDto], example: [] })
  warnings: TaskWarningDto[];

  /** The region, as the source's configuration or the record has it. */
  @ApiProperty({ type: String, nullable: true, example: 'eu-west-101' })
  region: string | null;

  /** The project, as the source's configuration or the record has it. */
  @ApiProperty({ type: String, nullable: true, example: '04f1829c788037ac2fb8c01eb2b04b95' })
  projectId: string | null;

  /** The upstream's record as received, but for secrets inside its texts (`***`); only with `include=raw`. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  raw?: Record<string, unknown>;
}

@ApiSchema({ name: 'FeedProblem', description: 'A feed in scope that is missing, stale or truncated.' })
export class FeedProblemDto {
  /** The full name of the feed. */
  @ApiProperty({ example: 'sources/kubernetes/feeds/5b1f6c1e-6a6a-4a5e-8a0e-3f1f7d1c2b3a' })
  feed: string;

  /** LOADING: no snapshot yet. FAILED: no snapshot, and the last try failed. STALE: an older one is served. */
  @ApiProperty({ enum: ['LOADING', 'FAILED', 'STALE', 'TRUNCATED'] })
  state: ProblemState;

  /** Why it could not be read; null where no read has failed. */
  @ApiProperty({ enum: FAILURE_REASONS, nullable: true, example: 'TIMEOUT' })
  reason: FailureReason | null;

  /** The reason in our words. */
  @ApiProperty({ example: 'The upstream did not answer in time.' })
  message: string;

  /** When the feed was last read whole. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-11-20T08:00:00.000Z' })
  lastSuccessTime: string | null;
}

@ApiSchema({ name: 'Completeness', description: 'How far an answer can be relied on.' })
export class CompletenessDto {
  /** False when any feed in scope is missing, stale beyond what the caller accepts, or truncated. */
  complete: boolean;

  /** All feeds in scope are covered from this time on; null while one of them can vouch for nothing. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-10-22T00:00:00.000Z' })
  completeSince: string | null;

  /** One entry for each feed that keeps the answer from being complete. */
  @ApiProperty({ type: [FeedProblemDto] })
  problems: FeedProblemDto[];
}

@ApiSchema({ name: 'TaskPage', description: 'One page of tasks.' })
export class TaskPageDto {
  /** The tasks of this page, in the order asked for. */
  @ApiProperty({ type: [TaskDto] })
  tasks: TaskDto[];

  /** Gives the next page. Empty means the end, and only that means the end. */
  @ApiProperty({ example: '', maxLength: 512 })
  nextPageToken: string;

  /** How many tasks match, over all feeds that have a snapshot. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 0 })
  totalSize: number;

  /** Names of the feeds in scope whose current state could not be had, sorted. */
  @ApiProperty({ type: [String] })
  unreachable: string[];

  @ApiProperty({ type: CompletenessDto })
  completeness: CompletenessDto;
}
