import type { TaskCluster, TaskRow } from '@/model/task.js';

/** Something that is protected, or should be. */
export interface Resource {
  /** `{source}.{type}.{resourceId}`, safe in a URL path. */
  readonly id: string;
  readonly source: string;
  readonly provider: string;
  readonly type: string | null;
  readonly resourceId: string | null;
  readonly name: string | null;
  readonly cluster: TaskCluster | null;
  readonly region: string | null;
  readonly projectId: string | null;
  /** Of all feeds, each task once, in `USUAL_ORDER`; the same object as before while no task changed. */
  readonly rows: readonly TaskRow[];
}
