import {
  DRIFT_KINDS,
  DriftLog,
  type DriftCounts,
  type DriftExamples,
  type DriftKind,
} from '@/model/drift.js';
import type { ReadFeed } from '@/model/provider.js';
import { filterInSteps, type Steps, visitInSteps } from '@/scheduling/cooperative.js';
import { normalise } from './normalise.js';
import type { KnownRow, KnownRows } from './known-rows.js';
import type { RowOrigin } from './span-reader.js';

export interface RowChange {
  readonly before: KnownRows;
  readonly after: KnownRows;
}

type Drift = Pick<ReadFeed, 'drift' | 'driftExamples'>;

/**
 * The drift of all rows after a change: that before it, without the rows that went and with those that came. Each
 * example is one of a row that is there.
 */
export function* balanceDrift(told: Drift, change: RowChange, origin: RowOrigin): Steps<Drift> {
  const { before, after } = change;
  const gone = yield* driftOf(yield* missingFrom(after, before), origin);
  const come = yield* driftOf(yield* missingFrom(before, after), origin);
  const drift = balance(told.drift, gone.counts, come.counts);
  const kinds = DRIFT_KINDS.filter((kind) => kind in drift);
  // Of a kind of which no row went, the example cannot have gone either.
  const known = kinds.flatMap((kind) => {
    const example = (kind in gone.counts ? undefined : told.driftExamples[kind]) ?? come.examples[kind];
    return example === undefined ? [] : [[kind, example] as const];
  });
  const examples: DriftExamples = Object.fromEntries(known);
  const lacking = kinds.filter((kind) => !(kind in examples));
  if (lacking.length === 0) return { drift, driftExamples: examples };
  const found = yield* findExamples(lacking, after, origin);
  return { drift, driftExamples: { ...found, ...examples } };
}

function balance(told: DriftCounts, gone: DriftCounts, come: DriftCounts): DriftCounts {
  const counts = DRIFT_KINDS.map(
    (kind) => [kind, (told[kind] ?? 0) - (gone[kind] ?? 0) + (come[kind] ?? 0)] as const,
  );
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

/** The rows that others have not got, or not in that form. */
function missingFrom(others: KnownRows, rows: KnownRows): Steps<readonly KnownRow[]> {
  return filterInSteps(rows.values(), ({ row }) => others.get(row.task.id)?.row !== row);
}

function* driftOf(rows: readonly KnownRow[], origin: RowOrigin): Steps<DriftLog> {
  const drift = new DriftLog();
  yield* visitInSteps(rows, ({ row }) => normalise(row.raw, { ...origin, drift }));
  return drift;
}

/** An example of each of these kinds, of the first rows that have one. */
function* findExamples(
  kinds: readonly DriftKind[],
  rows: KnownRows,
  origin: RowOrigin,
): Steps<DriftExamples> {
  const drift = new DriftLog();
  for (const { row } of rows.values()) {
    normalise(row.raw, { ...origin, drift });
    if (kinds.every((kind) => kind in drift.examples)) break;
    yield;
  }
  return drift.examples;
}
