import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { FAILED_CALLS, FAILURE_CAUSES, type FailedCall, type FailureCause } from '@/model/diagnosis.js';
import { FAILURE_REASONS, type FailureReason } from '@/model/failure.js';
import { CIRCUIT_STATES, type FeedState } from '@/model/collection.js';
import { TASK_STATUSES, TASK_TYPES, type TaskStatus, type TaskType } from '@/model/task.js';

@ApiSchema({
  name: 'Drift',
  description: 'Signs in the newest snapshot that the upstream no longer speaks as documented.',
})
export class DriftDto {
  /** Native statuses outside the mapping: tasks with one are listed as UNKNOWN, a subtask's is not used. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 0 })
  unknownStatus: number;

  /** Native types outside the mapping: tasks with one are listed as OTHER, a subtask's is not used. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 0 })
  unknownType: number;

  /** Native triggers outside the mapping; their tasks' trigger is null. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 0 })
  unknownTrigger: number;

  /** Rows with fields that the upstream's documentation does not name; the fields are ignored. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 0 })
  unknownField: number;

  /** Times that could not be read; the fields are null. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 0 })
  unreadableTime: number;

  /** Fields of another JSON type or range than documented; they are null. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 0 })
  wrongType: number;

  /**
   * Rows that are left out, as nothing identifies them or another row has the same identity; equal ones count once, as
   * pages may repeat them. Such a feed is TRUNCATED with the reason MALFORMED.
   */
  @ApiProperty({ type: 'integer', minimum: 0, example: 0 })
  droppedRow: number;
}

@ApiSchema({ name: 'DriftExample', description: 'One sign of a change at the upstream.' })
export class DriftExampleDto {
  /** Path of the field in the upstream's row; of a row that is left out, the fields that could have identified it. */
  @ApiProperty({ example: 'status.phase' })
  field: string;

  /**
   * What stands there. A status, a type, a trigger or the name of a field as it is where that is a short word, a time by
   * its form (`aaa 00:00`), all else described by JSON type and length. Never a value.
   */
  @ApiProperty({ maxLength: 64, example: 'Archived' })
  found: string;
}

@ApiSchema({
  name: 'DriftExamples',
  description:
    'For each kind of drift one example; null where none was counted, or where the snapshot is of a release without.',
})
export class DriftExamplesDto {
  @ApiProperty({ type: DriftExampleDto, nullable: true })
  unknownStatus: DriftExampleDto | null;

  @ApiProperty({ type: DriftExampleDto, nullable: true })
  unknownType: DriftExampleDto | null;

  @ApiProperty({ type: DriftExampleDto, nullable: true })
  unknownTrigger: DriftExampleDto | null;

  @ApiProperty({ type: DriftExampleDto, nullable: true })
  unknownField: DriftExampleDto | null;

  @ApiProperty({ type: DriftExampleDto, nullable: true })
  unreadableTime: DriftExampleDto | null;

  @ApiProperty({ type: DriftExampleDto, nullable: true })
  wrongType: DriftExampleDto | null;

  @ApiProperty({ type: DriftExampleDto, nullable: true })
  droppedRow: DriftExampleDto | null;
}

@ApiSchema({
  name: 'Circuit',
  description: 'Whether an upstream is asked, or left alone for a while because it failed repeatedly.',
})
export class CircuitDto {
  /** OPEN: left alone; nobody waits for it. HALF_OPEN: one read finds out whether it is well again. */
  @ApiProperty({ enum: CIRCUIT_STATES, example: 'CLOSED' })
  state: (typeof CIRCUIT_STATES)[number];

  /** Before that it is not asked again; null while it is not OPEN. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  nextProbeTime: string | null;
}

/** What was seen of the failure that a feed's reason stands for. All null where there was none. */
export class CauseDto {
  /**
   * What was seen, where `reason` says what it means for the feed. A closed set of our own words: `DNS` the host's name
   * was not found; `REFUSED`, `RESET`, `NO_ROUTE`, `NETWORK` (anything else) the connection was refused, ended early, or
   * found no way; `CONNECT_TIMEOUT`, `TIMEOUT` there was no connection, or no whole answer, in time; `LOCAL_LIMIT` the
   * time was spent waiting for the source's own `rate` or `concurrency`, or this machine had no files left; `TLS_UNTRUSTED`,
   * `TLS_EXPIRED`, `TLS_NOT_YET_VALID`, `TLS_NAME` the server's certificate is signed by no known authority, is out of
   * date, or is of another host; `TLS_CLIENT_CERTIFICATE` the server wants a certificate of ours; `TLS_PROTOCOL` it speaks no
   * TLS that we speak; `PROXY` a proxy in between refused; `HTTP_STATUS` it answered with an error, see `httpStatus`;
   * `NOT_ENABLED` what the feed lists is not switched on there (log backup of a CSS cluster); `ERROR_IN_BODY` it answered 2xx and told an error; `NOT_HTTP`, `BAD_ENCODING`, `NOT_JSON`, `SHAPE` its answer was no
   * HTTP, was not compressed as it says, was no JSON, or not of the documented form; `TOO_LARGE` it was larger than what is read;
   * `CREDENTIAL_REFUSED`, `THROTTLED` it was not asked, as it refused the credential elsewhere, or told us to wait; `UNSENDABLE`
   * an id or a credential has characters that cannot be sent; `INTERNAL` a fault of the gateway.
   */
  @ApiProperty({ enum: FAILURE_CAUSES, nullable: true, example: null })
  cause: FailureCause | null;

  /** Which call failed: `READ` of the feed or the list of feeds, or the `LOG_IN` at the identity service before it. */
  @ApiProperty({ enum: FAILED_CALLS, nullable: true, example: null })
  failedCall: FailedCall | null;

  /** The HTTP status of the upstream's answer; null where there was none. */
  @ApiProperty({ type: 'integer', nullable: true, minimum: 100, maximum: 999, example: null })
  httpStatus: number | null;

  /** The upstream's own error code, where it told one of at most 64 letters, digits, and `_ . : -`. */
  @ApiProperty({ type: String, nullable: true, maxLength: 64, example: null })
  upstreamErrorCode: string | null;

  /** The id that the upstream gave the request, for its support; of the same form. */
  @ApiProperty({ type: String, nullable: true, maxLength: 64, example: null })
  upstreamRequestId: string | null;
}

@ApiSchema({ name: 'Feed', description: 'One upstream list inside a source, and how it stands.' })
export class FeedDto extends CauseDto {
  /** The full name of the feed. */
  @ApiProperty({ example: 'sources/server-backups/feeds/operation-logs' })
  name: string;

  /**
   * FRESH: the newest snapshot is whole and current. LOADING: no snapshot yet. FAILED: no snapshot, and the last try
   * failed. STALE: the snapshot is older than it should be. TRUNCATED: it is not whole. DISABLED: only ever refused as
   * not enabled at the upstream (log backup of a CSS cluster); no part of any answer.
   */
  @ApiProperty({ enum: ['FRESH', 'LOADING', 'FAILED', 'STALE', 'TRUNCATED', 'DISABLED'] })
  state: FeedState;

  /** Why the last read failed or is not whole; null otherwise. */
  @ApiProperty({ enum: FAILURE_REASONS, nullable: true, example: null })
  reason: FailureReason | null;

  /** Tasks in the newest snapshot. */
  @ApiProperty({ type: 'integer', nullable: true, minimum: 0, example: 3120 })
  taskCount: number | null;

  /** When the newest snapshot was read. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-11-20T08:00:00.000Z' })
  fetchTime: string | null;

  /** How old the newest snapshot is. */
  @ApiProperty({ type: Number, nullable: true, minimum: 0, example: 4.2 })
  ageSeconds: number | null;

  /** When the feed was last read without a failure. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-11-20T08:00:00.000Z' })
  lastSuccessTime: string | null;

  /** When a read of the feed last failed. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  lastErrorTime: string | null;

  /** Tasks are known from this time on; null when nothing can be vouched for. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-10-22T00:00:00.000Z' })
  coveredSince: string | null;

  /** Calls made to the upstream for this feed since the gateway started. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 4 })
  upstreamCalls: number;

  @ApiProperty({ type: CircuitDto })
  circuit: CircuitDto;

  @ApiProperty({ type: DriftDto })
  drift: DriftDto;

  @ApiProperty({ type: DriftExamplesDto })
  driftExamples: DriftExamplesDto;
}

@ApiSchema({
  name: 'CallBudget',
  description:
    "What remains of the upstream calls that the source's `rate` allows, over all replicas that share a Redis.",
})
export class CallBudgetDto {
  /** Calls allowed in any window of `perSeconds`. */
  @ApiProperty({ type: 'integer', minimum: 1, example: 200 })
  calls: number;

  /** Length of the window, which slides. */
  @ApiProperty({ type: Number, minimum: 0.001, example: 300 })
  perSeconds: number;

  /** Calls that may go now. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 187 })
  remaining: number;

  /** When the oldest call leaves the window, so that one more may go; null when there is none in it. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-11-20T08:05:00.000Z' })
  resetTime: string | null;
}

@ApiSchema({ name: 'Source', description: 'One configured connection.' })
export class SourceDto {
  /** The configured id. */
  @ApiProperty({ example: 'server-backups' })
  id: string;

  /** The kind of system it is. An open list: `/v1/providers` names those there are. */
  @ApiProperty({ example: 'huawei-cbr' })
  provider: string;

  /** The configured region. */
  @ApiProperty({ type: String, nullable: true, example: 'eu-west-101' })
  region: string | null;

  /** The configured project. */
  @ApiProperty({ type: String, nullable: true, example: '04f1829c788037ac2fb8c01eb2b04b95' })
  projectId: string | null;

  /** Of the source as a whole: it opens when its feeds fail one after the other. */
  @ApiProperty({ type: CircuitDto })
  circuit: CircuitDto;

  /** null for a source without a `rate`. */
  @ApiProperty({ type: CallBudgetDto, nullable: true })
  budget: CallBudgetDto | null;

  /** While the feeds of a source cannot be listed, `sources/{source}/feeds/-` stands for all of them. */
  @ApiProperty({ type: [FeedDto] })
  feeds: FeedDto[];
}

@ApiSchema({ name: 'SourceList', description: 'All configured sources.' })
export class SourceListDto {
  /** The sources, in configured order. */
  @ApiProperty({ type: [SourceDto] })
  sources: SourceDto[];
}

@ApiSchema({ name: 'Provider', description: 'A kind of upstream system that the gateway can read.' })
export class ProviderDto {
  /** The word that sources and tasks name the provider by. */
  @ApiProperty({ example: 'huawei-cbr' })
  id: string;

  /** The name of the system, and what is read of it. */
  @ApiProperty({ example: 'Huawei Cloud Backup and Recovery: operation logs' })
  title: string;

  /** What the upstream itself can filter by. The gateway filters by everything. */
  @ApiProperty({ type: [String] })
  upstreamFilters: string[];

  /** How the upstream pages its list. */
  @ApiProperty({ example: 'By record offset, counted from 0, and limit.' })
  paging: string;

  /** The types that its tasks have. */
  @ApiProperty({ enum: TASK_TYPES, enumName: 'TaskType', isArray: true })
  taskTypes: TaskType[];

  /** The statuses that its tasks have. */
  @ApiProperty({ enum: TASK_STATUSES, enumName: 'TaskStatus', isArray: true })
  taskStatuses: TaskStatus[];
}

@ApiSchema({ name: 'ProviderList', description: 'All providers there are.' })
export class ProviderListDto {
  /** All providers, by id. */
  @ApiProperty({ type: [ProviderDto] })
  providers: ProviderDto[];
}

/** These calls take no query parameters. */
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- the validation pipe needs a class to check against
export class NoQuery {}
