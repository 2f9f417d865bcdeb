import { DriftLog } from '@/model/drift.js';
import { jsonOf } from '@/model/json-text.js';
import { runCooperatively, visitInSteps, type Steps } from '@/scheduling/cooperative.js';
import { asReceived } from '@/upstream/records/normalised-rows.js';
import { rawObject } from '@/upstream/records/raw.js';
import { knownRow, sideOf, type KnownRow, type KnownRows } from './known-rows.js';
import { normalise, type Origin } from './normalise.js';
import type { LogSpan, OperationLog } from './operation-log.js';

/**
 * Why a feed cannot be read by what is new, and is read whole:
 * - `unfiltered`: the upstream lists records that lie before the time asked for
 * - `notFoundById`: a record could not be had by its id
 * - `arrivals`: the upstream counts more records than are known; they may have come meanwhile
 * - `mismatch`: what was found is not all, or not what it must be
 */
export type FullSyncReason = 'unfiltered' | 'notFoundById' | 'arrivals' | 'mismatch';

/** Ends an incremental read. */
export class FullSyncNeeded extends Error {
  override readonly name = 'FullSyncNeeded';

  constructor(
    readonly kind: FullSyncReason,
    /** The record that could not be shown. */
    readonly recordId: string | null = null,
  ) {
    super(kind);
  }
}

/** Where rows come from. Their drift is counted apart, see `drift.ts`. */
export type RowOrigin = Omit<Origin, 'drift'>;

/** Lists spans of a log and tells the records that are known from those that are new or have changed. */
export class SpanReader {
  /** The known rows by their records' ids. */
  readonly #known = new Map<string, KnownRow>();

  private constructor(
    private readonly log: OperationLog,
    private readonly origin: RowOrigin,
  ) {}

  /** A reader of the log that knows these rows. */
  static async open(log: OperationLog, known: KnownRows, origin: RowOrigin): Promise<SpanReader> {
    const reader = new SpanReader(log, origin);
    await runCooperatively(visitInSteps(known.values(), (one) => reader.#known.set(one.recordId, one)));
    return reader;
  }

  /**
   * The rows of a span by task id; one that did not change is the known one. Throws `FullSyncNeeded` where a record has no id
   * or no time or is not of the span, or where there are more than can be read; and what the log throws.
   */
  async list(span: LogSpan, trustsCount: boolean): Promise<KnownRows> {
    const rows = new Map<string, KnownRow>();
    const inspect = (records: readonly unknown[]): Steps<void> => {
      const page = new Map<string, KnownRow>();
      return visitInSteps(records, (record) => {
        const known = this.read(record);
        checkSide(known, span);
        const { id } = known.row.task;
        const twin = page.get(id);
        // Only a whole read tells how it is with two records of one id.
        if (twin !== undefined && !isSame(twin.row.raw, known.row.raw)) throw new FullSyncNeeded('mismatch');
        page.set(id, known);
        rows.set(id, known);
      });
    };
    const { truncated } = await this.log.walk(span, { trustsCount, inspect });
    if (truncated) throw new FullSyncNeeded('mismatch');
    return rows;
  }

  /** A record as a row. Throws `FullSyncNeeded` where it has no id or no time. */
  read(record: unknown): KnownRow {
    const object = rawObject(record);
    const { id } = (object ?? {}) as { id?: unknown };
    if (typeof id !== 'string') throw new FullSyncNeeded('mismatch');
    const known = this.#known.get(id);
    if (known !== undefined && isSame(known.row.raw, record)) return known;
    const row = asReceived(normalise(object, { ...this.origin, drift: new DriftLog() }), object, record);
    const changed = row && knownRow(row);
    if (changed === null) throw new FullSyncNeeded('mismatch');
    return changed;
  }
}

function isSame(raw: object, record: unknown): boolean {
  return jsonOf(raw) === jsonOf(record as object);
}

function checkSide(known: KnownRow, { startMs, endMs }: LogSpan): void {
  if (sideOf(known, startMs) === 'before') throw new FullSyncNeeded('unfiltered');
  if (endMs !== undefined && sideOf(known, endMs) === 'after') throw new FullSyncNeeded('mismatch');
}
