import type { ProviderDescription } from '@/model/provider.js';
import type { ProviderSettings } from '@/model/source.js';
import { HUAWEI_CREDENTIALS } from '@/upstream/huawei/huawei-credentials.js';

export const settings: ProviderSettings = {
  id: 'huawei-cbr',
  title: 'Huawei Cloud CBR operation logs',
  credentials: HUAWEI_CREDENTIALS,
  needsProjectId: true,
  hasClusters: false,
  hasWindow: true,
  hasEnterpriseProject: true,
  hasInventory: true,
};

export const description: ProviderDescription = {
  id: settings.id,
  title: settings.title,
  upstreamFilters: [
    'start_time',
    'end_time',
    'status',
    'operation_type',
    'provider_id',
    'resource_id',
    'resource_name',
    'vault_id',
    'vault_name',
    'enterprise_project_id',
  ],
  paging: 'By record offset, counted from 0, and limit; the count may be that of the page.',
  taskTypes: [
    'BACKUP',
    'REPLICATION',
    'RESTORE',
    'DELETE',
    'SYNC',
    'VAULT_DELETE',
    'REMOVE_RESOURCE',
    'OTHER',
  ],
  taskStatuses: ['PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'SKIPPED', 'UNKNOWN'],
};
