import type { TaskCluster } from './task.js';

/** A resource that an upstream lists, backed up or not; of type and id as in a task's `resource`. */
export interface ListedResource {
  readonly source: string;
  readonly provider: string;
  readonly type: string;
  readonly id: string | null;
  readonly name: string | null;
  readonly cluster: TaskCluster | null;
  readonly region: string | null;
  readonly projectId: string | null;
}
