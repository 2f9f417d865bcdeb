import { DriftLog } from '@/model/drift.js';
import type { ReadFeed } from '@/model/provider.js';
import { flatMapInSteps, Slices } from '@/model/slices.js';
import type { TaskRow } from '@/model/task.js';
import { eachOnce } from './each-once.js';
import { UpstreamError } from './upstream-error.js';

export interface NormalisedRows extends Pick<ReadFeed, 'rows' | 'drift' | 'driftExamples'> {
  /** Whether rows had to be left out. */
  readonly lacksRows: boolean;
}

/**
 * The rows of a list as tasks, each once. `normalise` answers null for a row that has to be left out. Throws
 * `UpstreamError` MALFORMED where there are rows and all had to be: then the list is no longer what it was.
 */
export async function normaliseRows(
  rows: readonly unknown[],
  normalise: (row: unknown, drift: DriftLog) => TaskRow | null,
): Promise<NormalisedRows> {
  const drift = new DriftLog();
  const slices = new Slices();
  const tasks = await slices.run(flatMapInSteps(rows, (row) => normalise(row, drift) ?? []));
  if (tasks.length === 0 && rows.length > 0) throw new UpstreamError('MALFORMED');
  return {
    rows: await slices.run(eachOnce(tasks)),
    lacksRows: tasks.length < rows.length,
    drift: drift.counts,
    driftExamples: drift.examples,
  };
}
