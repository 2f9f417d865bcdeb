import type { Task, TaskRow } from '@/model/task.js';

const FEED = 'sources/nightly-backups/feeds/operation-logs';

/** A row as CBR's would be; rows of different numbers differ as much as real ones do. */
export function rowOf(number: number, status: Task['status'] = 'SUCCEEDED'): TaskRow {
  const id = uuid(number);
  const server = { id: uuid(1e6 + (number % 200)), name: `ecs-app-${number % 200}` };
  const createTime = time(number * 61_337);
  const endTime = time(number * 61_337 + (number % 977) * 1_013);
  const task: Task = {
    ...{ id: `nightly-backups.${id}`, provider: 'huawei-cbr', source: 'nightly-backups', feed: FEED },
    ...{ nativeId: id, type: 'BACKUP', trigger: null, status, nativeStatus: status.toLowerCase() },
    ...{ progressPercent: 100, createTime, startTime: createTime, endTime, updateTime: endTime },
    ...{ durationSeconds: number % 977, checkpointTime: null, lagSeconds: null },
    ...{ resource: { type: 'OS::Nova::Server', ...server }, cluster: null, destination: null },
    ...{ error: null, warnings: [] },
    ...{ region: 'eu-west-101', projectId: PROJECT },
  };
  return { task, raw: rawOf(task, number) };
}

const PROJECT = '04f1829c788037ac2fb8c01eb2b04b95';

function rawOf({ nativeId, nativeStatus, resource, createTime, endTime }: Task, number: number): object {
  return {
    ...{ id: nativeId, status: nativeStatus, operation_type: 'backup', project_id: PROJECT },
    ...{ provider_id: uuid(7), checkpoint_id: uuid(2e6 + number), policy_id: uuid(3e6 + (number % 12)) },
    ...{ created_at: createTime, started_at: createTime, ended_at: endTime, updated_at: endTime },
    error_info: { code: '', message: '' },
    extra_info: {
      common: { progress: 100, request_id: `req-${uuid(4e6 + number)}`, task_id: uuid(5e6 + number) },
      backup: { backup_id: uuid(6e6 + number), backup_name: `autobk_${number % 10_007}`, incremental: true },
      resource: { ...resource, extra_info: '{}' },
    },
  };
}

export function rowsOf(count: number): TaskRow[] {
  return Array.from({ length: count }, (_, number) => rowOf(number));
}

function time(offsetMs: number): string {
  return new Date(1_700_000_000_000 + offsetMs).toISOString();
}

/** Looks random, and is the same for the same number. */
function uuid(number: number): string {
  const digits = [0x9e3779b1, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f]
    .map((factor) => (mixed((number + 1) * factor) >>> 0).toString(16).padStart(8, '0'))
    .join('');
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;
}

/** The finish of MurmurHash3. */
function mixed(number: number): number {
  let value = number | 0;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return value ^ (value >>> 16);
}
