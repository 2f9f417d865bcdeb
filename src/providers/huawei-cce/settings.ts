import type { ProviderDescription } from '@/model/provider.js';
import type { ProviderSettings } from '@/model/source.js';
import { HUAWEI_CREDENTIALS } from '@/upstream/huawei/huawei-credentials.js';

export const settings: ProviderSettings = {
  id: 'huawei-cce',
  title: 'Huawei Cloud CCE cluster snapshots',
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
  upstreamFilters: [],
  paging: "Not paged: one call answers all of a cluster's tasks.",
  taskTypes: ['CLUSTER_SNAPSHOT', 'RESTORE'],
  taskStatuses: ['PENDING', 'RUNNING', 'PAUSED', 'SUCCEEDED', 'FAILED', 'UNKNOWN'],
};
