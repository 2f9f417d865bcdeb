import type { TaskOrder } from './order.js';
import type { TaskStatus, TaskTrigger, TaskType } from './task.js';

/** Which tasks are asked for. Absent means no restriction. Times are in the form of `formatTime`. */
export interface TaskFilter {
  readonly provider?: readonly string[];
  readonly source?: readonly string[];
  readonly status?: readonly TaskStatus[];
  readonly type?: readonly TaskType[];
  readonly trigger?: TaskTrigger;
  /** True: only tasks with warnings; false: only those without. */
  readonly hasWarnings?: boolean;
  readonly resourceId?: string;
  readonly clusterId?: string;
  /** Case-insensitive substring. */
  readonly resourceName?: string;
  /** Inclusive. */
  readonly createdAfter?: string;
  /** Exclusive. */
  readonly createdBefore?: string;
  readonly endedAfter?: string;
  readonly endedBefore?: string;
}

export interface TaskQuery {
  readonly filter: TaskFilter;
  readonly order: TaskOrder;
  readonly pageSize: number;
  /** At most one of pageToken and page is set. */
  readonly pageToken: string | null;
  readonly page: number | null;
  readonly includeRaw: boolean;
}

export const DEFAULT_PAGE_SIZE = 50;
export const LARGEST_PAGE_SIZE = 1000;
