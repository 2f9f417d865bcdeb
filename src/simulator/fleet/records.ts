/** The upstreams' records with their wire names. Times are epoch milliseconds until a row is written out. */

export interface CssRecord {
  id: string;
  clusterId: string;
  createAt: number;
  logPath: string;
  status: string;
  finishedAt: number | null;
  jobTypes: string;
  failedMsg: string | null;
  jobId: string;
}

export interface CbrRecord {
  id: string;
  project_id: string;
  operation_type: string;
  status: string;
  provider_id: string;
  /** Absent where nothing triggered the task but a person. */
  policy_id?: string;
  vault_id?: string;
  vault_name?: string;
  checkpoint_id?: string;
  created_at: number;
  started_at: number;
  updated_at: number;
  /** Absent while the task is active. */
  ended_at?: number;
  error_info: { code: string; message: string };
  extra_info: CbrExtraInfo;
}

export interface CbrExtraInfo {
  common?: { progress: number; request_id: string; task_id: string };
  resource?: { id: string; name: string; type: string };
  [section: string]: unknown;
}

export interface CceRecord {
  uid: string;
  createdMs: number;
  updatedMs: number;
  phase: string;
  /** 0 to 100. */
  progress: number;
  completedMs: number | null;
  /** What the one subtask says; the only place where an error text appears. */
  message: string;
  /** Whether the one subtask puts a backup back. */
  rollback?: boolean;
}

export interface OcpRecord {
  createTime: number;
  modifyTime?: number;
  clusterName: string;
  clusterId: number;
  obClusterId: number;
  obTenantId?: number;
  clusterType: 'PRIMARY' | 'STANDBY';
  tenantId?: number;
  tenantName?: string;
  status: string;
  errorMsg?: string;
  backupUri: string;
  checkpoint: number;
  backupMode: string;
  /** Seconds. */
  delay: number;
  agentServerIp?: string;
}
