import { hashText, Random } from './random.js';
import type { CbrExtraInfo, CbrRecord } from './records.js';

export interface Vault {
  readonly id: string;
  readonly name: string;
  readonly providerId: string;
  readonly policyId: string;
  readonly resourceType: string;
  readonly resources: readonly [string, ...string[]];
}

/** Vaults of a mid-sized company. The provider ids are those of the Cloud Backup and Recovery API reference. */
export const VAULTS: readonly [Vault, ...Vault[]] = [
  {
    id: '79bd9daa-884d-4f84-a2f3-e5c4a1d5a0b1',
    name: 'vault-production-servers',
    providerId: '0daac4c5-6707-4851-97ba-169e36266b66',
    policyId: 'cbb3ce6f-3332-4e7c-b98e-77290d8471ff',
    resourceType: 'OS::Nova::Server',
    resources: ['erp-app-01', 'erp-app-02', 'erp-db-01', 'shop-web-01', 'shop-web-02', 'mail-relay-01'],
  },
  {
    id: '2402058d-8373-4b0a-b848-d3c0dfdc71a8',
    name: 'vault-office-servers',
    providerId: '0daac4c5-6707-4851-97ba-169e36266b66',
    policyId: '5c715550-0c5a-4d42-8f20-7f6b5e0a8b0d',
    resourceType: 'OS::Nova::Server',
    resources: ['Büro-Dateiserver', 'print-01', 'ad-dc-01', 'ad-dc-02'],
  },
  {
    id: '3b5816b5-f29c-4172-9d9a-76c719a659ce',
    name: 'vault-database-disks',
    providerId: 'd1603440-187d-4516-af25-121250c7cc97',
    policyId: 'dc2c5e4a-6a1b-4a4e-9f0e-1f8a9e4b7c55',
    resourceType: 'OS::Cinder::Volume',
    resources: ['erp-db-01-data', 'erp-db-01-wal', 'shop-db-data', 'warehouse-data'],
  },
  {
    id: '9e5f3f3c-0a9d-4bf5-8e3e-0f7c4f3f2d11',
    name: 'vault-shared-files',
    providerId: '3f3c3220-245c-4805-b811-758870015881',
    policyId: 'f8d7a4e2-91b3-4c0d-8a52-6b8de0a1c9d3',
    resourceType: 'OS::Sfs::Turbo',
    resources: ['sfs-turbo-media', 'sfs-turbo-home'],
  },
];

/** Every operation type; `copy` is the older name of replication and still occurs. */
export const OPERATION_WEIGHTS = {
  backup: 68,
  replication: 9,
  delete: 9,
  restore: 5,
  sync: 3,
  remove_resource: 3,
  vault_delete: 2,
  copy: 1,
} as const;

/** Without those that take a resource or a vault out of its protection. */
export const LASTING_WEIGHTS = { ...OPERATION_WEIGHTS, remove_resource: 0, vault_delete: 0 } as const;

interface Circumstances {
  readonly vault: Vault;
  readonly random: Random;
  readonly region: string;
}

/** Adds what only this type of operation has: resource, policy and the type's own section of extra_info. */
export function fillOperation(record: CbrRecord, circumstances: Circumstances): void {
  const { vault, random } = circumstances;
  const resource = resourceOf(random.pick(vault.resources), vault);
  const backupName = `autobk_${resource.name}_${random.hex(4)}`;
  Object.assign(record.extra_info, sectionOf(record, { backupName, resource }, circumstances));
  record.extra_info.resource = resource;
  if (record.operation_type === 'backup') record.checkpoint_id = random.uuid();
  if (record.operation_type === 'backup' && random.chance(0.85)) record.policy_id = vault.policyId;
}

/** The same resource has the same id on every task. */
export function resourceOf(name: string, vault: Vault): { id: string; name: string; type: string } {
  const id = new Random(hashText(`${vault.id}/${name}`)).uuid();
  return { id, name, type: vault.resourceType };
}

interface Subject {
  readonly backupName: string;
  readonly resource: object;
}

function sectionOf(
  record: CbrRecord,
  { backupName, resource }: Subject,
  { random, region }: Circumstances,
): CbrExtraInfo {
  const backup = { backup_id: random.uuid(), backup_name: backupName };
  switch (record.operation_type) {
    case 'backup':
      return { backup: { ...backup, incremental: 'true', app_consistency_status: '0' } };
    case 'restore':
      return { restore: { ...backup, target_resource_id: random.uuid(), target_resource_name: backupName } };
    case 'delete':
      return { delete: backup };
    case 'sync':
      return {
        sync: { sync_backup_num: random.integer(1, 20), delete_backup_num: 0, err_sync_backup_num: 0 },
      };
    case 'vault_delete':
      return { vault_delete: { fail_count: 0, total_count: random.integer(1, 30) } };
    case 'remove_resource':
      return { remove_resources: { fail_count: 0, total_count: 1, resources: [resource] } };
    default:
      return { replication: replicationOf(record, backup.backup_id, { random, region }) };
  }
}

function replicationOf(
  record: CbrRecord,
  backupId: string,
  { random, region }: Pick<Circumstances, 'random' | 'region'>,
): object {
  return {
    source_backup_id: backupId,
    source_checkpoint_id: random.uuid(),
    source_project_id: record.project_id,
    source_region: region,
    destination_backup_id: random.uuid(),
    destination_checkpoint_id: random.uuid(),
    destination_project_id: 'b43a15db35e14f9bbd12d9b3f4f1a2c7',
    destination_region: 'eu-west-0',
  };
}
