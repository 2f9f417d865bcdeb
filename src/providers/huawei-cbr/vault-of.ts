import { DriftLog } from '@/model/drift.js';
import type { TaskVault } from '@/model/provider.js';
import type { TaskRow } from '@/model/task.js';
import { Fields, rawObject } from '@/upstream/records/raw.js';

/** The vault of an operation: its name is optional and not unique (CBR API reference, ListOpLogs). */
export function vaultOf({ raw }: TaskRow): TaskVault {
  const record = rawObject(raw);
  if (record === null) return { id: null, name: null };
  const fields = new Fields(record, new DriftLog());
  return { id: fields.text('vault_id'), name: fields.text('vault_name') };
}
