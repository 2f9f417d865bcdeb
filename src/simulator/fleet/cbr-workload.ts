import { fillOperation, LASTING_WEIGHTS, OPERATION_WEIGHTS, VAULTS, type Vault } from './cbr-operations.js';
import type { Random } from './random.js';
import type { CbrRecord } from './records.js';
import type { RowList } from './row-list.js';
import { courseOf, fateAmong, fateOf, type LifeMoment, type Workload } from './workload.js';

/** Where operations happen, and what they are made up with. */
export interface CbrPlace {
  readonly project: { readonly id: string; readonly name: string };
  readonly random: Random;
}

/** Operation logs of one CBR project: tasks of every type, or of every type that removes nothing from its protection. */
export function cbrWorkload(
  rows: RowList<CbrRecord>,
  place: CbrPlace,
  removals: 'some' | 'none' = 'some',
): Workload<CbrRecord> {
  const { random } = place;
  const weights = removals === 'some' ? OPERATION_WEIGHTS : LASTING_WEIGHTS;
  return {
    rows,
    intervalMs: 60_000,
    makeRow: (createdMs) => {
      const vault = random.pick(VAULTS);
      const id = random.uuid();
      return makeOperation({ id, type: random.weighted<OperationType>(weights), vault, createdMs }, place);
    },
    advance: advanceCbr,
  };
}

export type OperationType = keyof typeof OPERATION_WEIGHTS;

interface NewOperation {
  readonly id: string;
  readonly type: OperationType;
  /** One of its resources is worked on. */
  readonly vault: Vault;
  readonly createdMs: number;
}

/** An operation that has just been created. */
export function makeOperation(
  { id, type, vault, createdMs }: NewOperation,
  { project, random }: CbrPlace,
): CbrRecord {
  const record: CbrRecord = {
    id,
    project_id: project.id,
    operation_type: type,
    status: 'waiting',
    provider_id: vault.providerId,
    vault_id: vault.id,
    vault_name: vault.name,
    created_at: createdMs,
    // The documented example has started_at a few milliseconds before created_at.
    started_at: createdMs - random.integer(0, 60),
    updated_at: createdMs,
    error_info: { code: '', message: '' },
    extra_info: { common: { progress: 0, request_id: `req-${random.uuid()}`, task_id: random.uuid() } },
  };
  fillOperation(record, { vault, random, region: project.name });
  return record;
}

export type Outcome = 'success' | 'failed' | 'timeout' | 'skipped';
const OUTCOMES: readonly (readonly [Outcome, number])[] = [
  ['success', 90],
  ['failed', 5],
  ['skipped', 3],
  ['timeout', 2],
];

const FAILURES: readonly (readonly [string, number])[] = [
  ['BackupService.6220', 3],
  ['BackupService.6206', 2],
  ['BackupService.9999', 1],
];
const FAILURE_TEXTS: Readonly<Record<string, string>> = {
  'BackupService.6220': 'The snapshot of a disk failed.',
  'BackupService.6206': 'The size of the vault is insufficient.',
  'BackupService.9999': 'An internal error occurred in the backup agent.',
  'BackupService.6704': 'The task timed out.',
  'BackupService.6128': 'The resource is being used by another task and was skipped.',
};

function advanceCbr(record: CbrRecord, moment: LifeMoment): void {
  if (record.status !== 'waiting' && record.status !== 'running') return;
  const { done, endMs } = courseOf(
    record.created_at,
    60_000 + fateOf(record.id, 'duration') * 540_000,
    moment,
  );
  record.updated_at = Math.min(endMs, Math.max(moment.nowMs, record.created_at));
  if (done < 1) {
    record.status = done < 0.05 ? 'waiting' : 'running';
    setProgress(record, done < 0.05 ? 0 : Math.floor(done * 100));
  } else {
    end(record, endMs);
  }
}

/** How an operation with this id ends. */
export function outcomeOf(id: string): Outcome {
  return fateAmong(fateOf(id, 'outcome'), OUTCOMES) ?? 'success';
}

function end(record: CbrRecord, endMs: number): void {
  const outcome = outcomeOf(record.id);
  record.status = outcome;
  record.ended_at = endMs;
  // updated_at comes a moment after ended_at, as in the documented example.
  record.updated_at = endMs + 73;
  if (outcome === 'success') setProgress(record, 100);
  else record.error_info = errorOf(record, outcome);
}

function errorOf(record: CbrRecord, outcome: Outcome): { code: string; message: string } {
  const code = codeOf(record, outcome);
  return { code, message: FAILURE_TEXTS[code] ?? '' };
}

function codeOf(record: CbrRecord, outcome: Outcome): string {
  if (outcome === 'timeout') return 'BackupService.6704';
  if (outcome === 'skipped') return 'BackupService.6128';
  return fateAmong(fateOf(record.id, 'failure'), FAILURES) ?? 'BackupService.9999';
}

function setProgress(record: CbrRecord, progress: number): void {
  if (record.extra_info.common !== undefined) record.extra_info.common.progress = progress;
}
