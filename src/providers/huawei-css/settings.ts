import type { ProviderDescription } from '@/model/provider.js';
import type { ProviderSettings } from '@/model/source.js';
import { HUAWEI_CREDENTIALS } from '@/upstream/huawei/huawei-credentials.js';

export const settings: ProviderSettings = {
  id: 'huawei-css',
  title: 'Huawei Cloud CSS log backups',
  credentials: HUAWEI_CREDENTIALS,
  needsProjectId: true,
  hasClusters: true,
  hasWindow: false,
  hasEnterpriseProject: false,
  hasInventory: false,
};

export const description: ProviderDescription = {
  id: settings.id,
  title: settings.title,
  upstreamFilters: ['status (FAIL or NOT_FAIL)'],
  paging: 'By item offset, counted from 1 and named start or offset, and limit.',
  taskTypes: ['LOG_BACKUP'],
  taskStatuses: ['RUNNING', 'SUCCEEDED', 'FAILED', 'UNKNOWN'],
};
