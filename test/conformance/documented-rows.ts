const TIME = '2026-06-01T08:00:00Z';
const GO_TIME = '2026-06-01 08:00:00.5 +0000 UTC';

/** A row with every field that its vendor's pages name, and a field of it that is looked into. */
export interface DocumentedRow {
  readonly row: object;
  readonly inner: string | null;
}

const DOCUMENTED: Readonly<Record<string, DocumentedRow>> = {
  'huawei-css': {
    row: {
      ...{ id: 'full', clusterId: 'cluster-1', createAt: 1656042837000, logPath: 'css/log', status: 'FAIL' },
      ...{ finishedAt: 1656042902250, jobTypes: 'Manual', failedMsg: 'failed', jobId: 'job' },
    },
    inner: null,
  },
  'huawei-cbr': {
    row: {
      ...{ checkpoint_id: 'c', created_at: TIME, ended_at: TIME, id: 'full', operation_type: 'backup' },
      ...{ policy_id: 'p', project_id: 'p', provider_id: 'p', started_at: TIME, status: 'success' },
      ...{ updated_at: TIME, vault_id: 'v', vault_name: 'v', error_info: { code: '', message: '' } },
      extra_info: {
        ...{ backup: { backup_id: 'b', incremental: 'true' }, delete: {}, sync: { sync_backup_num: 1 } },
        ...{ remove_resources: { resources: [] }, replication: {}, restore: {}, vault_delete: {} },
        common: { progress: 100, request_id: 'r', task_id: 't' },
        resource: { extra_info: { exclude_volumes: [] }, id: 'r', name: 'r', type: 'OS::Nova::Server' },
      },
    },
    inner: 'extra_info',
  },
  'huawei-cce': {
    row: {
      ...{ kind: 'SnapshotTask', apiVersion: 'v3.1' },
      metadata: { uid: 'full', creationTimestamp: GO_TIME, updateTimestamp: GO_TIME },
      spec: {
        items: [
          {
            ...{ id: 'i', type: 'master-backup', status: 'Success', creationTimestamp: GO_TIME },
            ...{ updateTimestamp: GO_TIME, message: '' },
          },
        ],
      },
      status: { phase: 'Success', progress: '100', completionTime: GO_TIME },
    },
    inner: 'metadata',
  },
  'oceanbase-ocp': {
    row: {
      ...{ createTime: TIME, modifyTime: TIME, clusterName: 'yc', clusterId: 1000005, obClusterId: 5 },
      ...{ obTenantId: 1001, clusterType: 'PRIMARY', tenantId: 1, tenantName: 't', status: 'RUNNING' },
      ...{ errorMsg: '', backupUri: 'file:///full', checkpoint: TIME, backupMode: 'PHYSICAL_BACKUP' },
      ...{ delay: 77.6421, agentServerIp: 'xxx.xxx.xxx.xxx' },
    },
    inner: null,
  },
};

/** The row of a provider; a test compares the setups with the providers. */
export function documentedRow(provider: string): DocumentedRow {
  const documented = DOCUMENTED[provider];
  if (documented === undefined) throw new Error(`no documented row for ${provider}`);
  return documented;
}
