import { DRIFT_KINDS, DriftLog, type DriftCounts } from '@/model/drift.js';
import { filterInSteps, visitInSteps, type Steps } from '@/model/slices.js';
import { normalise } from './normalise.js';
import type { KnownRow, KnownRows } from './known-rows.js';
import type { RowOrigin } from './span-reading.js';

export interface RowChange {
  readonly before: KnownRows;
  readonly after: KnownRows;
}

/** The drift of all rows after a change: that before it, without the rows that went and with those that came. */
export function* balanceDrift(
  drift: DriftCounts,
  { before, after }: RowChange,
  origin: RowOrigin,
): Steps<DriftCounts> {
  const gone = yield* driftOf(yield* missingFrom(after, before), origin);
  const come = yield* driftOf(yield* missingFrom(before, after), origin);
  const counts = DRIFT_KINDS.map(
    (kind) => [kind, (drift[kind] ?? 0) - (gone[kind] ?? 0) + (come[kind] ?? 0)] as const,
  );
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

/** The rows that others have not got, or not in that form. */
function missingFrom(others: KnownRows, rows: KnownRows): Steps<readonly KnownRow[]> {
  return filterInSteps(rows.values(), ({ row }) => others.get(row.task.id)?.row !== row);
}

function* driftOf(rows: readonly KnownRow[], origin: RowOrigin): Steps<DriftCounts> {
  const drift = new DriftLog();
  yield* visitInSteps(rows, ({ row }) => normalise(row.raw, { ...origin, drift }));
  return drift.counts;
}
