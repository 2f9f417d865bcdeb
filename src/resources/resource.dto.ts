import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { CompletenessDto } from '@/answers/completeness.dto.js';
import { orNull } from '@/model/schema.js';
import { TASK_CLUSTER, type TaskCluster } from '@/model/task.js';
import { DAY_STATES, type DayState } from './days.js';
import { REASONS, VERDICTS, type Reason, type Verdict } from './verdict.js';

const TIME = { type: String, format: 'date-time', nullable: true } as const;

@ApiSchema({
  name: 'VerdictReason',
  description: 'Why a resource has its verdict, or what to know about it.',
})
export class ReasonDto {
  /** Of a code that you do not know, show the message. */
  @ApiProperty({ enum: REASONS, example: 'OVERDUE' })
  code: Reason;

  /** A sentence with the figures. */
  @ApiProperty({
    example:
      'The last success ended at 2026-11-27T02:04:11.000Z; the next was due by 2026-11-28T04:04:11.000Z.',
  })
  message: string;
}

@ApiSchema({ name: 'Evidence', description: 'What a verdict rests on.' })
export class EvidenceDto {
  /** All tasks created from this time on were seen; null if that is not known. */
  @ApiProperty({ ...TIME, example: '2026-10-30T00:00:00.000Z' })
  from: string | null;

  /** When the oldest of the feeds was read; null if one of them was not. */
  @ApiProperty({ ...TIME, example: '2026-11-29T06:00:00.000Z' })
  to: string | null;

  /** The names of the feeds that would carry tasks of the resource. */
  @ApiProperty({ type: [String], example: ['sources/server-backups/feeds/operation-logs'] })
  feeds: string[];

  /** False if one of the feeds is missing, stale or truncated. A feed that is not enabled at the upstream lacks nothing. */
  complete: boolean;
}

@ApiSchema({ name: 'ResourceDay', description: 'What happened to a resource on a calendar day.' })
export class DayDto {
  /** The calendar day in the time zone asked for. */
  @ApiProperty({ format: 'date', example: '2026-11-28' })
  date: string;

  /**
   * The last outcome of the day. SUCCEEDED, WARNING (succeeded with warnings), FAILED, RUNNING. Without a task: MISSED (a run
   * was due), NONE (nothing was due), UNKNOWN (the gateway could not see all of the day). Where a continuous log backup is
   * expected, the day of the answer is RUNNING while the verdict is OK, MISSED while it is VIOLATED without a failure of the
   * day, UNKNOWN while it is UNKNOWN; how far a log backup was behind on earlier days is UNKNOWN.
   */
  @ApiProperty({ enum: DAY_STATES, example: 'SUCCEEDED' })
  state: DayState;

  /** Tasks that ended on the day, or else began on it. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 1 })
  count: number;

  /** Of these, the failures. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 0 })
  failed: number;

  /** The id of the task that the state is of. */
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'server-backups.4827f2da-b008-4507-ab7d-42d0df5ed912',
  })
  taskId: string | null;
}

@ApiSchema({
  name: 'Resource',
  description: 'Something that backups protect, and whether they do.',
})
export class ResourceDto {
  /** `{source}.{type}.{resourceId}`, safe in a URL path. */
  @ApiProperty({ example: 'server-backups.OS~3a~3aNova~3a~3aServer.1dab32fa-ebf2-415a-ab0b-eabe6353bc86' })
  id: string;

  /** The id of the configured source. */
  @ApiProperty({ example: 'server-backups' })
  source: string;

  /** The kind of upstream system. */
  @ApiProperty({ example: 'huawei-cbr' })
  provider: string;

  /** The type, as in tasks. */
  @ApiProperty({ type: String, nullable: true, example: 'OS::Nova::Server' })
  type: string | null;

  /** The id in the upstream. */
  @ApiProperty({ type: String, nullable: true, example: '1dab32fa-ebf2-415a-ab0b-eabe6353bc86' })
  resourceId: string | null;

  /** The newest known name. */
  @ApiProperty({ type: String, nullable: true, example: 'ECS-0001' })
  name: string | null;

  /** The cluster that it is on. */
  // The schema says that it may be null; by the type of the field, it would be said twice.
  @ApiProperty({ ...orNull(TASK_CLUSTER).json, nullable: false })
  cluster: TaskCluster | null;

  /** The region, as in its newest task. */
  @ApiProperty({ type: String, nullable: true, example: 'eu-west-101' })
  region: string | null;

  /** The project, as in its newest task. */
  @ApiProperty({ type: String, nullable: true, example: '04f1829c788037ac2fb8c01eb2b04b95' })
  projectId: string | null;

  /**
   * OK: the evidence proves that the expectation is kept. VIOLATED: it proves that it is broken. UNKNOWN: it proves neither.
   * NOT_EXPECTED: no backup is expected.
   */
  @ApiProperty({ enum: VERDICTS, example: 'VIOLATED' })
  verdict: Verdict;

  /** Why: the reasons of the verdict first, then what else is to be known. */
  @ApiProperty({ type: [ReasonDto] })
  reasons: ReasonDto[];

  /** The name of the expectation that counts. */
  @ApiProperty({ type: String, nullable: true, example: 'nightly' })
  expectation: string | null;

  /** When the next success is due at the latest; null where nothing tells it. */
  @ApiProperty({ ...TIME, example: '2026-11-28T04:04:11.000Z' })
  expectedBy: string | null;

  /** How far past that it is; null if it is not. */
  @ApiProperty({ type: Number, minimum: 0, nullable: true, example: 93_600 })
  overdueSeconds: number | null;

  /** When the last success ended. */
  @ApiProperty({ ...TIME, example: '2026-11-27T02:04:11.000Z' })
  lastSuccessTime: string | null;

  /** The id of that task. */
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'server-backups.4827f2da-b008-4507-ab7d-42d0df5ed912',
  })
  lastSuccessTask: string | null;

  /** When the last failure ended. */
  @ApiProperty({ ...TIME, example: null })
  lastFailureTime: string | null;

  /** The id of that task. */
  @ApiProperty({ type: String, nullable: true, example: null })
  lastFailureTask: string | null;

  /** Failures since the last success. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 0 })
  consecutiveFailures: number;

  /** Since when the oldest running task has been running. */
  @ApiProperty({ ...TIME, example: null })
  runningSince: string | null;

  /** Of the newest continuous log backup: logs are archived up to this time. */
  @ApiProperty({ ...TIME, example: null })
  checkpointTime: string | null;

  /** How far that is behind the time of the verdict. */
  @ApiProperty({ type: Number, minimum: 0, nullable: true, example: null })
  lagSeconds: number | null;

  /** Of the last 20 successes. */
  @ApiProperty({ type: Number, minimum: 0, nullable: true, example: 227.504 })
  medianDurationSeconds: number | null;

  /** Tasks of the types that the expectation counts. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 31 })
  taskCount: number;

  /** What the verdict rests on. */
  @ApiProperty({ type: EvidenceDto })
  evidence: EvidenceDto;

  /** Only with `include=days`: oldest first. */
  @ApiPropertyOptional({ type: [DayDto] })
  days?: DayDto[];
}

class JudgedDto {
  /** The time of the verdicts. */
  @ApiProperty({ format: 'date-time', example: '2026-11-29T06:04:11.000Z' })
  asOf: string;

  /** Names of the feeds in scope whose current state could not be read, sorted. */
  @ApiProperty({ type: [String] })
  unreachable: string[];

  @ApiProperty({ type: CompletenessDto })
  completeness: CompletenessDto;
}

@ApiSchema({ name: 'ResourcePage', description: 'One page of resources, all judged at the same time.' })
export class ResourcePageDto extends JudgedDto {
  /** The resources of this page, in the order asked for. */
  @ApiProperty({ type: [ResourceDto] })
  resources: ResourceDto[];

  /** The token of the next page. It is empty on the last page, and only there. */
  @ApiProperty({ example: '', maxLength: 512 })
  nextPageToken: string;

  /** How many resources match. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 1 })
  totalSize: number;
}

@ApiSchema({ name: 'VerdictCounts', description: 'How many resources have each verdict.' })
export class VerdictCountsDto implements Record<Verdict, number> {
  /** Proven kept. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 41 })
  OK: number;

  /** Proven broken. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 2 })
  VIOLATED: number;

  /** Neither is proven. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 1 })
  UNKNOWN: number;

  /** Nothing is expected. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 7 })
  NOT_EXPECTED: number;
}

@ApiSchema({ name: 'RuleWarning', description: 'A rule of the configuration that has no effect.' })
export class RuleWarningDto {
  /** The key of the rule in the configuration. */
  @ApiProperty({ example: 'expectations[1]' })
  field: string;

  /** Why it has no effect. */
  @ApiProperty({ example: 'The expectation "weekly" matches no known resource.' })
  message: string;
}

const COUNTS = {
  type: 'object',
  additionalProperties: { $ref: '#/components/schemas/VerdictCounts' },
} as const;

@ApiSchema({ name: 'Protection', description: 'How many resources are protected as expected.' })
export class ProtectionDto extends JudgedDto {
  /** Of all resources that you see. */
  @ApiProperty({ type: VerdictCountsDto })
  total: VerdictCountsDto;

  /** By the id of the source: all sources that you see. */
  @ApiProperty(COUNTS)
  bySource: Record<string, VerdictCountsDto>;

  /** By the name of the expectation: all expectations that may be about a source that you see. */
  @ApiProperty(COUNTS)
  byExpectation: Record<string, VerdictCountsDto>;

  /** Rules of the configuration that have no effect. Only for callers who see all sources. */
  @ApiProperty({ type: [RuleWarningDto] })
  warnings: RuleWarningDto[];
}
