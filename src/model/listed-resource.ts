import type { TaskCluster } from './task.js';

/** A resource as an upstream lists it, backed up or not; of type and id as in the `resource` of its tasks. */
export interface InventoryMember {
  readonly type: string;
  readonly id: string;
  readonly name: string | null;
  /** The cluster whose feed would carry its tasks; null where feeds belong to no clusters. */
  readonly cluster: TaskCluster | null;
}

/** The longest id and the longest type of a member: they go into names. */
export const LONGEST_MEMBER_ID = 256;

/** No inventory has more members than this: it is stored as one value, and compared as a whole. */
export const LARGEST_INVENTORY = 20_000;

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
