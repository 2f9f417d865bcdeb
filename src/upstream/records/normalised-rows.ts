import { compactTask } from '@/model/compact-task.js';
import { DriftLog } from '@/model/drift.js';
import { JsonText, readJson } from '@/model/json-text.js';
import type { PreviousRead, ReadContext, ReadFeed } from '@/model/provider.js';
import type { TaskRow } from '@/model/task.js';
import { flatMapInSteps, runCooperatively, visitInSteps } from '@/scheduling/cooperative.js';
import { UpstreamError } from '../upstream-error.js';
import { hideSecrets } from './hidden-secrets.js';
import { eachOnce } from './unique-rows.js';

export interface NormalisedRows extends Pick<ReadFeed, 'rows' | 'drift' | 'driftExamples'> {
  /** Whether rows had to be left out, or different ones claim to be the same task. */
  readonly lacksRows: boolean;
}

/** What was found of a row that differs from another and has its identity: only one of them can be the task. */
const CLAIMED_TWICE = { field: '(row)', found: 'the identity of another row' };

/**
 * The row in its compact form, with its record as it was received, to the digit; `value` is what the record spells. Where
 * secrets were hidden in it, the record stays the object that was made without them. A field that is there twice is in the
 * text only.
 */
export function asReceived(row: TaskRow | null, value: unknown, record: unknown): TaskRow | null {
  if (row === null) return null;
  const isWhole = row.raw === value && record instanceof JsonText && hideSecrets(record.text) === record.text;
  return { task: compactTask(row.task), raw: isWhole ? record : row.raw };
}

/** How the records of a list become rows. */
export interface NormaliseOptions {
  /** null for a row that has to be left out. */
  readonly normalise: (row: unknown, drift: DriftLog) => TaskRow | null;
  /** What is known of the read before. */
  readonly context: Pick<ReadContext, 'previous' | 'known'>;
}

/**
 * The rows of a list, which differ from one another, as tasks, each once. A record that has not changed keeps the row that
 * was made of it. Throws `UpstreamError` MALFORMED where there are rows and all had to be left out: then the list is no
 * longer what it was.
 */
export async function normaliseRows(
  records: readonly unknown[],
  { normalise, context }: NormaliseOptions,
): Promise<NormalisedRows> {
  const drift = new DriftLog();
  const known = keepsRows(context.previous) ? context.known : undefined;
  const tasks = await runCooperatively(
    flatMapInSteps(records, (record) => {
      const unchanged = record instanceof JsonText ? known?.get(record.text) : undefined;
      if (unchanged !== undefined) return unchanged;
      const value = readJson(record);
      return asReceived(normalise(value, drift), value, record) ?? [];
    }),
  );
  if (tasks.length === 0 && records.length > 0) throw new UpstreamError('MALFORMED');
  const once = await runCooperatively(eachOnce(tasks));
  for (let lost = once.length; lost < tasks.length; lost += 1) drift.note('droppedRow', () => CLAIMED_TWICE);
  return {
    rows: once,
    lacksRows: once.length < records.length,
    drift: drift.counts,
    driftExamples: drift.examples,
  };
}

/** False where some row of the read drifted: which one it was, and must be counted again, is not known. */
function keepsRows(previous: PreviousRead | null): boolean {
  return previous?.isReusable === true && Object.keys(previous.drift).length === 0;
}

/** The context of a read of a whole list, most of whose records the previous read has brought as well. */
export async function withKnownRecords(context: ReadContext): Promise<ReadContext> {
  const known = new Map<string, TaskRow>();
  const rows = context.previous?.rows ?? [];
  await runCooperatively(
    visitInSteps(rows, (row) => {
      if (row.raw instanceof JsonText) known.set(row.raw.text, row);
    }),
  );
  return { ...context, known };
}
