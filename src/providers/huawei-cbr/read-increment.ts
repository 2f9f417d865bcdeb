import { filterInSteps, runCooperatively } from '@/scheduling/cooperative.js';
import { rawObject } from '@/upstream/records/raw.js';
import { UpstreamError } from '@/upstream/upstream-error.js';
import type { Base } from './bookmark.js';
import { FullSyncNeeded } from './full-sync-needed.js';
import type { IncrementPlan } from './increment-plan.js';
import { keepInSteps, sideOf, type KnownRow, type KnownRows } from './known-rows.js';
import { spanOfOldest, withoutMissing } from './oldest-rows.js';
import type { OperationLog } from './operation-log.js';
import { SpanReader, type RowOrigin } from './span-reading.js';

/** What an incremental read starts from. */
export interface Increment {
  readonly base: Base;
  readonly plan: IncrementPlan;
  readonly windowStartMs: number;
  readonly origin: RowOrigin;
}

/**
 * The rows that a whole read would bring, from those of the base and the records that are new or may have changed.
 * Throws `FullSyncNeeded` where that cannot be vouched for, and what the log throws.
 */
export async function readIncrement(log: OperationLog, increment: Increment): Promise<KnownRows> {
  const { base, plan, origin } = increment;
  const reader = await SpanReader.open(log, base.rows, origin);
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
    const { base, plan, windowStartMs } = this.increment;
    const listed = await this.reader.list({ startMs: plan.startMs }, base.bookmark.hasTotal);
    // What the list must hold and does not is gone; without a total, the list itself may be wrong.
    const stays = (known: KnownRow): boolean =>
      listed.has(known.row.task.id) || sideOf(known, plan.startMs) !== 'after';
    const rows = await runCooperatively(keepInSteps(base.rows, stays));
    if (rows.size < base.rows.size && !base.bookmark.hasTotal) throw new FullSyncNeeded('mismatch');
    for (const known of shown) rows.set(known.row.task.id, known);
    for (const [id, known] of listed) rows.set(id, known);
    const isInWindow = (known: KnownRow): boolean => sideOf(known, windowStartMs) !== 'before';
    return this.confirm(await runCooperatively(keepInSteps(rows, isInWindow)));
  }

  /** The rows without those that have left at the window's start, proved by the total where there is one. */
  private async confirm(rows: KnownRows): Promise<KnownRows> {
    const { base, windowStartMs } = this.increment;
    const { hasTotal } = base.bookmark;
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
