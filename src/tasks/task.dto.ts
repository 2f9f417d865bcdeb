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
   * `css-cluster`, `cce-cluster`, `oceanbase-tenant` (`oceanbase-cluster` if the task is not for a single tenant), or
   * CBR's own type string.
   */
  @ApiProperty({ type: String, nullable: true, example: 'OS::Nova::Server' })
  type: string | null;

  /** The resource's id in the upstream. */
  @ApiProperty({ type: String, nullable: true, example: '1dab32fa-ebf2-415a-ab0b-eabe6353bc86' })
  id: string | null;

  /** The resource's name in the upstream. */
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

@ApiSchema({ name: 'TaskError', description: 'The error that the upstream reports.' })
export class TaskErrorDto {
  /** The upstream's error code. */
  @ApiProperty({ type: String, nullable: true, example: 'BackupService.6300' })
  code: string | null;

  /** The upstream's error text. */
  @ApiProperty({ example: 'The backup could not be created.' })
  message: string;
}

@ApiSchema({ name: 'TaskWarning', description: 'A problem that does not change the status of the task.' })
export class TaskWarningDto {
  /** The upstream's code. */
  @ApiProperty({ type: String, nullable: true, example: 'BackupService.1110' })
  code: string | null;

  /** The gateway's description of the problem. */
  @ApiProperty({ example: 'The backup could not be made application-consistent.' })
  message: string;
}

@ApiSchema({
  name: 'Task',
  description:
    'One record of a feed, normalised. Every field except `raw` is always present, and null if its value is not known.',
})
export class TaskDto {
  /** Unique over all sources, stable over time, safe in a URL path. */
  @ApiProperty({ example: 'server-backups.4827f2da-b008-4507-ab7d-42d0df5ed912' })
  id: string;

  /** The kind of upstream system. New kinds may be added; `/v1/providers` lists them. */
  @ApiProperty({ example: 'huawei-cbr' })
  provider: string;

  /** The id of the configured source. */
  @ApiProperty({ example: 'server-backups' })
  source: string;

  /** The full name of the feed. */
  @ApiProperty({ example: 'sources/server-backups/feeds/operation-logs' })
  feed: string;

  /** The task's id in the upstream. */
  @ApiProperty({ type: String, nullable: true, example: '4827f2da-b008-4507-ab7d-42d0df5ed912' })
  nativeId: string | null;

  /** What kind of work it is. */
  @ApiProperty({ enum: TASK_TYPES, enumName: 'TaskType' })
  type: TaskType;

  /** How the task was started. */
  @ApiProperty({ enum: TASK_TRIGGERS, nullable: true, example: 'SCHEDULED' })
  trigger: TaskTrigger | null;

  /** The status of the task. UNKNOWN: the gateway does not know the upstream's status. */
  @ApiProperty({ enum: TASK_STATUSES, enumName: 'TaskStatus' })
  status: TaskStatus;

  /** The status as the upstream reports it, unchanged. */
  @ApiProperty({ type: String, nullable: true, example: 'success' })
  nativeStatus: string | null;

  /** The progress that the upstream reports; an ended task does not get 100 unless the upstream says so. */
  @ApiProperty({ type: Number, nullable: true, minimum: 0, maximum: 100, example: 100 })
  progressPercent: number | null;

  /** When the task was created. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2019-05-23T14:31:36.039Z' })
  createTime: string | null;

  /** When the work began. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2019-05-23T14:31:36.007Z' })
  startTime: string | null;

  /** When the task ended; null if it has not ended, or if the upstream does not report the time. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2019-05-23T14:35:23.511Z' })
  endTime: string | null;

  /** When the upstream last changed the record. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2019-05-23T14:35:23.584Z' })
  updateTime: string | null;

  /** Seconds from the start (if that is not known, from the creation) to the end. */
  @ApiProperty({ type: Number, nullable: true, minimum: 0, example: 227.504 })
  durationSeconds: number | null;

  /** Continuous log backup: logs are archived up to this time; null if archiving has not begun. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  checkpointTime: string | null;

  /** Continuous log backup: how many seconds the archive is behind; never below 0. */
  @ApiProperty({ type: Number, nullable: true, minimum: 0, example: null })
  lagSeconds: number | null;

  /** What is backed up. */
  @ApiProperty({ type: TaskResourceDto, nullable: true })
  resource: TaskResourceDto | null;

  /** The cluster it ran on. */
  @ApiProperty({ type: TaskClusterDto, nullable: true })
  cluster: TaskClusterDto | null;

  /**
   * Where the backup goes: the path of the logs (CSS), the URI of the backup (OCP), or the vault, by its name or else its
   * id (CBR). For a REPLICATION or RESTORE, this is the vault with the backup that is copied or restored, not the target,
   * which CBR does not report. For a DELETE, SYNC, VAULT_DELETE or REMOVE_RESOURCE, this is the vault that is changed.
   */
  @ApiProperty({ type: String, nullable: true, example: 'vault-prod-01' })
  destination: string | null;

  /** null unless the upstream reports an error. */
  @ApiProperty({ type: TaskErrorDto, nullable: true })
  error: TaskErrorDto | null;

  /** Problems that do not change the status. Tasks in any status can have warnings; empty if there are none. */
  @ApiProperty({ type: [TaskWarningDto], example: [] })
  warnings: TaskWarningDto[];

  /** The region, from the source's configuration or from the record. */
  @ApiProperty({ type: String, nullable: true, example: 'eu-west-101' })
  region: string | null;

  /** The project, from the source's configuration or from the record. */
  @ApiProperty({ type: String, nullable: true, example: '04f1829c788037ac2fb8c01eb2b04b95' })
  projectId: string | null;

  /** The upstream's record as received, with secrets inside its texts replaced by `***`; only with `include=raw`. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  raw?: Record<string, unknown>;
}

@ApiSchema({ name: 'FeedProblem', description: 'A feed in scope that is missing, stale or truncated.' })
export class FeedProblemDto {
  /** The full name of the feed. */
  @ApiProperty({ example: 'sources/kubernetes/feeds/5b1f6c1e-6a6a-4a5e-8a0e-3f1f7d1c2b3a' })
  feed: string;

  /**
   * LOADING: no snapshot yet. FAILED: no snapshot, and the last read failed. STALE: an older snapshot is served.
   * TRUNCATED: the feed could be read only in part.
   */
  @ApiProperty({ enum: ['LOADING', 'FAILED', 'STALE', 'TRUNCATED'] })
  state: ProblemState;

  /** Why the feed could not be read; null if no read has failed. */
  @ApiProperty({ enum: FAILURE_REASONS, nullable: true, example: 'TIMEOUT' })
  reason: FailureReason | null;

  /** A sentence that explains the state and the reason. */
  @ApiProperty({ example: 'The upstream did not answer in time.' })
  message: string;

  /** When the feed was last read without a failure. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-11-20T08:00:00.000Z' })
  lastSuccessTime: string | null;
}

@ApiSchema({ name: 'Completeness', description: 'Whether an answer is complete and, if not, why.' })
export class CompletenessDto {
  /** False when any feed in scope is missing, stale beyond what the caller accepts, or truncated. */
  complete: boolean;

  /** All feeds in scope are covered from this time on; null if the time is not known for one of them. */
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

  /** The token of the next page. It is empty on the last page, and only there. */
  @ApiProperty({ example: '', maxLength: 512 })
  nextPageToken: string;

  /** How many tasks match, over all feeds that have a snapshot. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 0 })
  totalSize: number;

  /** Names of the feeds in scope whose current state could not be read, sorted. */
  @ApiProperty({ type: [String] })
  unreachable: string[];

  @ApiProperty({ type: CompletenessDto })
  completeness: CompletenessDto;
}
