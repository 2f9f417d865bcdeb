import type { OperationType, Outcome } from '@/simulator/fleet/cbr-workload.js';
import type { CbrRecord } from '@/simulator/fleet/records.js';

/** The type of the resources that `operationOn` names. */
export const SERVER_TYPE = 'OS::Nova::Server';

/** What CBR did, or does, with a server. */
export interface Operation {
  readonly type?: OperationType;
  readonly status: Outcome | 'running';
  readonly createdMs: number;
  /** Absent while it runs. */
  readonly endedMs?: number;
}

let count = 0;

/** A record of CBR's operation logs about the server of this name; its id is `id of {name}`. */
export function operationOn(
  name: string,
  { type = 'backup', status, createdMs, endedMs }: Operation,
): CbrRecord {
  count += 1;
  return {
    id: `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`,
    project_id: '04f1829c788037ac2fb8c01eb2b04b95',
    operation_type: type,
    status,
    provider_id: '0daac4c5-6707-4851-97ba-169e36266b66',
    vault_id: '79bd9daa-884d-4f84-a2f3-e5c4a1d5a0b1',
    vault_name: 'vault-servers',
    created_at: createdMs,
    started_at: createdMs,
    updated_at: endedMs ?? createdMs,
    ...(endedMs !== undefined && { ended_at: endedMs }),
    error_info: { code: '', message: '' },
    extra_info: { resource: { id: `id of ${name}`, name, type: SERVER_TYPE } },
  };
}
