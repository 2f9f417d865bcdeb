import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { FAILED_CALLS, FAILURE_CAUSES, type FailedCall, type FailureCause } from '@/model/diagnosis.js';
import { FAILURE_REASONS, type FailureReason } from '@/model/failure.js';
import { CIRCUIT_STATES, type FeedState } from '@/model/collection.js';
import { TASK_STATUSES, TASK_TYPES, type TaskStatus, type TaskType } from '@/model/task.js';

@ApiSchema({
  name: 'Drift',
  description: 'Signs in the newest snapshot that the upstream no longer sends what it documents.',
})
export class DriftDto {
  /** Upstream statuses that the gateway does not know. Their tasks are listed as UNKNOWN; a subtask's is ignored. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 0 })
  unknownStatus: number;

  /** Upstream types that the gateway does not know. Their tasks are listed as OTHER; a subtask's is ignored. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 0 })
  unknownType: number;

  /** Upstream triggers that the gateway does not know. The `trigger` of their tasks is null. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 0 })
  unknownTrigger: number;

  /** Rows with fields that the upstream's documentation does not name; the fields are ignored. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 0 })
  unknownField: number;

  /** Times that could not be read; the fields are null. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 0 })
  unreadableTime: number;

  /** Fields whose JSON type or range is not as documented; they are null. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 0 })
  wrongType: number;

  /**
   * Rows that are left out, because nothing identifies them or because another row has the same identity. Equal rows
   * count once, because pages may repeat them. The feed is TRUNCATED with the reason MALFORMED.
   */
  @ApiProperty({ type: 'integer', minimum: 0, example: 0 })
  droppedRow: number;
}

@ApiSchema({ name: 'DriftExample', description: 'One sign of a change at the upstream.' })
export class DriftExampleDto {
  /** Path of the field in the upstream's row; for a row that is left out, the fields that could identify it. */
  @ApiProperty({ example: 'status.phase' })
  field: string;

  /**
   * What the upstream sent, redacted. A status, a type, a trigger or the name of a field is shown as it is if it is a
   * short word. A time is shown by its form (`aaa 00:00`), and everything else only by its JSON type and length.
   */
  @ApiProperty({ maxLength: 64, example: 'Archived' })
  found: string;
}

@ApiSchema({
  name: 'DriftExamples',
  description:
    'One example for each kind of drift; null if there was none, or if an earlier release without examples wrote the snapshot.',
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
  description: 'The circuit breaker: after repeated failures, reads of the upstream pause.',
})
export class CircuitDto {
  /**
   * CLOSED: reads as usual. OPEN: reads pause, and requests do not wait for them. HALF_OPEN: one read tests whether the
   * upstream works again.
   */
  @ApiProperty({ enum: CIRCUIT_STATES, example: 'CLOSED' })
  state: (typeof CIRCUIT_STATES)[number];

  /** The next read starts no earlier than this; null unless the state is OPEN. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  nextProbeTime: string | null;
}

/** The details of the failure that a feed's `reason` is about. All fields are null if there was no failure. */
export class CauseDto {
  /**
   * What exactly was seen; `reason` says what it means for the feed. One of a closed set of the gateway's own words.
   * `DNS`: the host name was not found. `REFUSED`, `RESET`, `NO_ROUTE`: the connection was refused, was closed early, or
   * found no route. `NETWORK`: any other network error. `CONNECT_TIMEOUT`: no connection in time. `TIMEOUT`: no complete
   * answer in time. `LOCAL_LIMIT`: the time was spent waiting for the source's own `rate` or `concurrency`, or this machine
   * had no file descriptors left. `TLS_UNTRUSTED`: no known authority signed the server's certificate. `TLS_EXPIRED`,
   * `TLS_NOT_YET_VALID`: the certificate is not valid any more, or not yet. `TLS_NAME`: the certificate is for another
   * host. `TLS_CLIENT_CERTIFICATE`: the server requires a client certificate. `TLS_PROTOCOL`: the server and the gateway
   * have no TLS version in common. `PROXY`: the proxy cannot be reached, or refused the call, see `httpStatus`.
   * `HTTP_STATUS`: the upstream answered with an error, see `httpStatus`. `NOT_ENABLED`: what the feed lists is not enabled at the upstream (log backup of a CSS
   * cluster). `ERROR_IN_BODY`: the status was 2xx, but the body reports an error. `NOT_HTTP`: the answer was not HTTP.
   * `BAD_ENCODING`: it was not compressed as declared. `NOT_JSON`: it was not JSON. `SHAPE`: it did not have the documented
   * form. `TOO_LARGE`: it was larger than the limit. `CREDENTIAL_REFUSED`: no call was made, because the upstream rejected
   * the credential in another call. `THROTTLED`: no call was made, because the upstream asked to wait. `UNSENDABLE`: an id
   * or a credential contains characters that cannot be sent. `INTERNAL`: an internal error of the gateway.
   */
  @ApiProperty({ enum: FAILURE_CAUSES, nullable: true, example: null })
  cause: FailureCause | null;

  /** Which call failed: `READ`, of the feed or of the list of feeds, or `LOG_IN`, at the identity service before it. */
  @ApiProperty({ enum: FAILED_CALLS, nullable: true, example: null })
  failedCall: FailedCall | null;

  /** The HTTP status of the upstream's answer, or of the proxy's if `cause` is `PROXY`; null if there was no answer. */
  @ApiProperty({ type: 'integer', nullable: true, minimum: 100, maximum: 999, example: null })
  httpStatus: number | null;

  /** The upstream's own error code, if it has at most 64 letters, digits, and `_ . : -`. */
  @ApiProperty({ type: String, nullable: true, maxLength: 64, example: null })
  upstreamErrorCode: string | null;

  /** The upstream's id of the request, to quote to its support; of the same form. */
  @ApiProperty({ type: String, nullable: true, maxLength: 64, example: null })
  upstreamRequestId: string | null;
}

@ApiSchema({ name: 'Feed', description: 'One upstream list of a source, and its state.' })
export class FeedDto extends CauseDto {
  /** The full name of the feed. */
  @ApiProperty({ example: 'sources/server-backups/feeds/operation-logs' })
  name: string;

  /**
   * FRESH: the newest snapshot is complete and current. LOADING: no snapshot yet. FAILED: no snapshot, and the last read
   * failed. STALE: the snapshot is older than it should be. TRUNCATED: the snapshot is not complete. DISABLED: the feed is
   * not enabled at the upstream (log backup of a CSS cluster) and has never been read; it is not part of any answer.
   */
  @ApiProperty({ enum: ['FRESH', 'LOADING', 'FAILED', 'STALE', 'TRUNCATED', 'DISABLED'] })
  state: FeedState;

  /** Why the last read failed or was not complete; null otherwise. */
  @ApiProperty({ enum: FAILURE_REASONS, nullable: true, example: null })
  reason: FailureReason | null;

  /** Tasks in the newest snapshot; null for an inventory. */
  @ApiProperty({ type: 'integer', nullable: true, minimum: 0, example: 3120 })
  taskCount: number | null;

  /** Resources in the newest inventory (`feeds/vaults`, `feeds/tenants`); null for a feed of tasks. */
  @ApiProperty({ type: 'integer', nullable: true, minimum: 0, example: null })
  resourceCount: number | null;

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

  /** All tasks created from this time on are in the snapshot; null if no such time is known. */
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

  /** Length of the sliding window, in seconds. */
  @ApiProperty({ type: Number, minimum: 0.001, example: 300 })
  perSeconds: number;

  /** Calls that can be made now. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 187 })
  remaining: number;

  /** When the oldest call leaves the window, so that one more can be made; null if the window is empty. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-11-20T08:05:00.000Z' })
  resetTime: string | null;
}

@ApiSchema({ name: 'Source', description: 'One configured connection.' })
export class SourceDto {
  /** The configured id. */
  @ApiProperty({ example: 'server-backups' })
  id: string;

  /** The kind of upstream system. New kinds may be added; `/v1/providers` lists them. */
  @ApiProperty({ example: 'huawei-cbr' })
  provider: string;

  /** The configured region. */
  @ApiProperty({ type: String, nullable: true, example: 'eu-west-101' })
  region: string | null;

  /** The configured project. */
  @ApiProperty({ type: String, nullable: true, example: '04f1829c788037ac2fb8c01eb2b04b95' })
  projectId: string | null;

  /** The circuit of the whole source: it opens when several of its feeds fail one after the other. */
  @ApiProperty({ type: CircuitDto })
  circuit: CircuitDto;

  /** What remains of the source's `rate`; null for a source without one. */
  @ApiProperty({ type: CallBudgetDto, nullable: true })
  budget: CallBudgetDto | null;

  /**
   * The feeds of the source, and last its inventory if it has one. While the feeds cannot be listed,
   * `sources/{source}/feeds/-` is listed in their place.
   */
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
  /** The id of the provider, as in sources and tasks. */
  @ApiProperty({ example: 'huawei-cbr' })
  id: string;

  /** The name of the system, and what is read from it. */
  @ApiProperty({ example: 'Huawei Cloud Backup and Recovery: operation logs' })
  title: string;

  /** The filters that the upstream itself supports. The gateway supports all of its filters for every provider. */
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

@ApiSchema({ name: 'ProviderList', description: 'All providers.' })
export class ProviderListDto {
  /** All providers, ordered by id. */
  @ApiProperty({ type: [ProviderDto] })
  providers: ProviderDto[];
}

/** For calls without query parameters. */
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- the validation pipe needs a class to check against
export class NoQuery {}
