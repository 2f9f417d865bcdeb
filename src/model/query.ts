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

/** What any list is filtered by. */
export type Filter = Readonly<Partial<Record<string, string | boolean | readonly string[]>>> | TaskFilter;

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

/** The same text for filters that ask for the same: the order and repetition of listed values do not matter. */
export function filterKey(filter: Filter): string {
  const restrictions = Object.entries(filter)
    .filter(([, wanted]) => wanted !== undefined)
    .map(([name, wanted]) => [name, Array.isArray(wanted) ? [...new Set(wanted)].sort() : wanted] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(restrictions);
}
