import { DriftLog, type DriftCounts, type DriftExamples } from '@/model/drift.js';
import type { Truncation } from '@/model/failure.js';
import { runCooperatively, visitInSteps } from '@/scheduling/cooperative.js';
import { throwIfAborted } from '../http/deadline.js';
import { jsonType } from '../records/redaction.js';
import { UpstreamError } from '../upstream-error.js';
import { LowestIds } from './lowest-ids.js';

/** The rows of a list as it was read. */
export interface ListedRows<Row> {
  /** There may be many more than are kept. */
  readonly rows: Iterable<Row>;
  /** True when there are, or may be, more. */
  readonly truncated: boolean;
}

/** What is wrong with a row, without anything of it but its length. */
interface RowFault {
  readonly field: string;
  readonly found: string;
}

/** What a row names, null where that is not wanted; or why it names nothing. */
export type Named<T> = { readonly wanted: T | null } | { readonly fault: () => RowFault };

/** How to take from rows what they name. */
export interface ListReading<Row, T> {
  readonly read: (row: Row, drift: DriftLog) => Named<T>;
  /** As many are kept, those with the lowest ids. */
  readonly most: number;
  readonly signal: AbortSignal;
}

export interface Found<T> {
  /** Each once, in no promised order. */
  readonly found: readonly T[];
  /** What keeps the list from being whole; null when it is. */
  readonly truncation: Truncation | null;
  readonly drift: DriftCounts;
  readonly driftExamples: DriftExamples;
}

/**
 * What the rows of a list name. A row that names nothing is left out and counted: something will be missing. Works in
 * steps. Throws `UpstreamError`, MALFORMED where there are rows and none names anything.
 */
export async function findListed<Row, T extends { readonly id: string }>(
  { rows, truncated }: ListedRows<Row>,
  { read, most, signal }: ListReading<Row, T>,
): Promise<Found<T>> {
  const kept = new LowestIds<T>(most);
  const drift = new DriftLog();
  let named = 0;
  const visit = (row: Row): void => {
    throwIfAborted(signal);
    const told = read(row, drift);
    if ('fault' in told) {
      drift.note('droppedRow', told.fault);
      return;
    }
    named += 1;
    if (told.wanted !== null) kept.add(told.wanted);
  };
  await runCooperatively(visitInSteps(rows, visit));
  const dropped = drift.counts.droppedRow ?? 0;
  if (named === 0 && dropped > 0) throw new UpstreamError('MALFORMED');
  const isCut = kept.isCut || truncated;
  return {
    found: kept.values,
    truncation: dropped > 0 ? 'MALFORMED' : isCut ? 'LIMIT' : null,
    drift: drift.counts,
    driftExamples: drift.examples,
  };
}

/** The fault of a row that is no object. */
export function noObject(row: unknown): RowFault {
  return { field: '(row)', found: jsonType(row) };
}

/** The fault of a row in which a text is missing, or not of its form. */
export function unusable(field: string, text: string | null): RowFault {
  return { field, found: text === null ? 'absent' : `string of ${text.length} characters` };
}
