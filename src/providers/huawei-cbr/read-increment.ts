import { isTerminal } from '@/model/task.js';
import { filterInSteps, flatMapInSteps, runCooperatively, type Steps } from '@/scheduling/cooperative.js';
import { sortInSteps } from '@/scheduling/sort-in-steps.js';
import { rawObject } from '@/upstream/records/raw.js';
import { UpstreamError } from '@/upstream/upstream-error.js';
import type { PreviousState } from './bookmark.js';
import type { IncrementPlan } from './increment-plan.js';
import {
  floorSecond,
  keepInSteps,
  RESOLUTION_MS,
  sideOf,
  type KnownRow,
  type KnownRows,
} from './known-rows.js';
import type { LogSpan, OperationLog } from './operation-log.js';
import { FullSyncNeeded, SpanReader, type RowOrigin } from './span-reader.js';

/** What an incremental read starts from. */
export interface Increment {
  readonly previous: PreviousState;
  readonly plan: IncrementPlan;
  readonly windowStartMs: number;
  readonly origin: RowOrigin;
}

/**
 * The rows that a whole read would bring, from those of the previous read and the records that are new or may have changed.
 * Throws `FullSyncNeeded` where that cannot be vouched for, and what the log throws.
 */
export async function readIncrement(log: OperationLog, increment: Increment): Promise<KnownRows> {
  const { previous, plan, origin } = increment;
  const reader = await SpanReader.open(log, previous.rows, origin);
  const shown = await Promise.all(plan.shown.map((known) => show(log, reader, known)));
  const read = new IncrementRead(log, reader, increment);
  try {
    return await read.run(shown);
  } catch (error) {
    // Records that came after the list are in the next one.
    if (!(error instanceof FullSyncNeeded) || error.kind !== 'arrivals') throw error;
    return read.run(shown);
  }
}

class IncrementRead {
  constructor(
    private readonly log: OperationLog,
    private readonly reader: SpanReader,
    private readonly increment: Increment,
  ) {}

  async run(shown: readonly KnownRow[]): Promise<KnownRows> {
    const { previous, plan, windowStartMs } = this.increment;
    const listed = await this.reader.list({ startMs: plan.startMs }, previous.bookmark.hasTotal);
    // What the list must hold and does not is gone; without a total, the list itself may be wrong.
    const stays = (known: KnownRow): boolean =>
      listed.has(known.row.task.id) || sideOf(known, plan.startMs) !== 'after';
    const rows = await runCooperatively(keepInSteps(previous.rows, stays));
    if (rows.size < previous.rows.size && !previous.bookmark.hasTotal) throw new FullSyncNeeded('mismatch');
    for (const known of shown) rows.set(known.row.task.id, known);
    for (const [id, known] of listed) rows.set(id, known);
    const isInWindow = (known: KnownRow): boolean => sideOf(known, windowStartMs) !== 'before';
    return this.confirm(await runCooperatively(keepInSteps(rows, isInWindow)));
  }

  /** The rows without those that have left at the window's start, proved by the total where there is one. */
  private async confirm(rows: KnownRows): Promise<KnownRows> {
    const { previous, windowStartMs } = this.increment;
    const { hasTotal } = previous.bookmark;
    const total = hasTotal ? await this.log.count({ startMs: windowStartMs }) : rows.size;
    if (total === null) throw new FullSyncNeeded('mismatch');
    if (total > rows.size) throw new FullSyncNeeded('arrivals');
    const span = await runCooperatively(spanOfOldest(rows, windowStartMs, rows.size - total));
    if (span === null) return rows;
    const listed = await this.reader.list(span, hasTotal);
    const present = await runCooperatively(withoutMissing(rows, listed, span));
    const isProved = hasTotal ? present.size === total : !(await this.lacksMore(rows, present));
    if (!isProved) throw new FullSyncNeeded('mismatch');
    return present;
  }

  /** Whether a row has gone that cannot have left by the window's start: the list may not be what it must be. */
  private async lacksMore(before: KnownRows, after: KnownRows): Promise<boolean> {
    const { windowStartMs } = this.increment;
    const isLacking = (known: KnownRow): boolean =>
      !after.has(known.row.task.id) && sideOf(known, windowStartMs) === 'after';
    return (await runCooperatively(filterInSteps(before.values(), isLacking))).length > 0;
  }
}

/** A record by its id. Throws `FullSyncNeeded` where anything but that record is answered. */
async function show(log: OperationLog, reader: SpanReader, { row, recordId }: KnownRow): Promise<KnownRow> {
  const record = await log.show(recordId).catch((error: unknown) => {
    throw error instanceof UpstreamError && isRefusal(error)
      ? new FullSyncNeeded('notFoundById', recordId)
      : error;
  });
  const [before, after] = [row.raw, record].map(rawObject) as ({
    id?: unknown;
    created_at?: unknown;
  } | null)[];
  if (before?.id !== after?.id || before?.created_at !== after?.created_at) {
    throw new FullSyncNeeded('notFoundById', recordId);
  }
  return reader.read(record);
}

const REFUSALS: ReadonlySet<string> = new Set(['FORBIDDEN', 'NOT_FOUND', 'UPSTREAM_ERROR', 'MALFORMED']);

/** Whether an upstream does not answer this call, which says nothing about others. */
export function isRefusal({ reason }: UpstreamError): boolean {
  return REFUSALS.has(reason);
}

/** How many of the oldest rows are looked at, beyond as many as are missing. */
const OLDEST = 50;
/** Looking at more is left to a whole read. */
const MOST_OLDEST = 1000;

/** A list of the oldest rows that is to tell which of them are gone. */
export interface OldestSpan extends Required<LogSpan> {
  /** The list holds all rows of the window whose last time is no later. */
  readonly decidedMs: number;
}

/**
 * What to list to learn which rows have left at the window's start: those of which that is not sure, and, where rows
 * are missing, the oldest. Null where there is nothing to learn. Throws `FullSyncNeeded` where it would take a long list.
 */
function* spanOfOldest(rows: KnownRows, windowStartMs: number, missing: number): Steps<OldestSpan | null> {
  const unsure = yield* filterInSteps(rows.values(), (one) => sideOf(one, windowStartMs) === 'unsure');
  if (missing === 0 && unsure.length === 0) return null;
  const lastTimes = yield* flatMapInSteps([...rows.values()], lastTimeOf);
  const byAge = yield* sortInSteps(lastTimes, (a, b) => a - b);
  const oldestMs = byAge[Math.min(missing + OLDEST, byAge.length) - 1] ?? windowStartMs;
  const decidedMs = unsure.reduce((latest, one) => Math.max(latest, lastTimeOf(one)), oldestMs);
  const { length: listed } = yield* filterInSteps(byAge, (lastMs) => lastMs <= decidedMs);
  if (listed > MOST_OLDEST || !Number.isFinite(decidedMs)) throw new FullSyncNeeded('mismatch');
  return { startMs: windowStartMs, endMs: floorSecond(decidedMs) + 2 * RESOLUTION_MS, decidedMs };
}

/** The rows without those that the list decides on and does not hold. Throws `FullSyncNeeded` where it holds others. */
function* withoutMissing(rows: KnownRows, listed: KnownRows, { decidedMs }: OldestSpan): Steps<KnownRows> {
  if ([...listed.keys()].some((id) => !rows.has(id))) throw new FullSyncNeeded('mismatch');
  const isPresent = (known: KnownRow): boolean =>
    listed.has(known.row.task.id) || lastTimeOf(known) > decidedMs;
  return yield* keepInSteps(rows, isPresent);
}

/**
 * Whichever of a record's times `end_time` is compared with (it is not documented), it is no later. Infinite for a
 * task that has not ended.
 */
function lastTimeOf({ row: { task }, latestMs }: KnownRow): number {
  if (!isTerminal(task.status)) return Number.POSITIVE_INFINITY;
  const times = [task.endTime, task.updateTime].filter((time) => time !== null);
  return Math.max(latestMs, ...times.map((time) => Date.parse(time)));
}
