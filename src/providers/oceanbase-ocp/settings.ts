import type { ProviderDescription } from '@/model/provider.js';
import type { ProviderSettings } from '@/model/source.js';
import { OCP_CREDENTIALS } from './log-ins.js';

export const settings: ProviderSettings = {
  id: 'oceanbase-ocp',
  title: 'OceanBase OCP log backup tasks',
  credentials: OCP_CREDENTIALS,
  needsProjectId: false,
  hasClusters: true,
  hasWindow: false,
  hasEnterpriseProject: false,
  hasInventory: true,
};

export const description: ProviderDescription = {
  id: settings.id,
  title: settings.title,
  upstreamFilters: ['startTime', 'endTime'],
  paging: 'By page number from 1 and page size, with a total of rows and of pages.',
  taskTypes: ['CONTINUOUS_LOG_BACKUP'],
  taskStatuses: ['PENDING', 'RUNNING', 'PAUSED', 'FAILED', 'STOPPED', 'UNKNOWN'],
};
