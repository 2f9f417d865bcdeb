import type { TaskWarning } from '@/model/task.js';
import type { Fields } from '@/upstream/records/raw.js';

/**
 * What went wrong beside the status, whatever that is: CBR has these failure fields on every record, and does not
 * document whether `success` excludes them (CBR API reference, ListOpLogs). The texts are ours, the code is CBR's.
 */
export function readWarnings(extraInfo: Fields): TaskWarning[] {
  return [
    ...ofConsistency(extraInfo.fields('backup').text('app_consistency_error_code')),
    ...ofCount(
      countIn(extraInfo.fields('sync'), ['err_sync_backup_num']),
      'backup',
      'could not be synchronized',
    ),
    ...ofCount(
      countIn(extraInfo.fields('remove_resources'), FAILURES),
      'resource',
      'could not be removed from the vault',
    ),
    ...ofCount(
      countIn(extraInfo.fields('vault_delete'), FAILURES),
      'resource',
      'could not be deleted with the vault',
    ),
  ];
}

/** The name by the reference and the SDKs, and the one that Huawei's Terraform provider reads. */
const FAILURES = ['fail_count', 'fail_delete_count'];

/** The highest of a count's names: they stand for the same. */
function countIn(section: Fields, names: readonly string[]): number {
  return Math.max(...names.map((name) => section.numberWithin(name, 0, Number.MAX_SAFE_INTEGER) ?? 0));
}

function ofConsistency(code: string | null): TaskWarning[] {
  if (code === null || code === '0') return [];
  return [{ code, message: 'The backup could not be made application-consistent.' }];
}

function ofCount(count: number, thing: string, failure: string): TaskWarning[] {
  if (count === 0) return [];
  return [{ code: null, message: `${count} ${thing}${count === 1 ? '' : 's'} ${failure}.` }];
}
