import type { Task } from './task.js';

export type OrderField = 'createTime' | 'updateTime' | 'endTime';

/** The orders a list can take, as written in `orderBy`. */
export const TASK_ORDERS = [
  'createTime desc',
  'createTime asc',
  'updateTime desc',
  'updateTime asc',
  'endTime desc',
  'endTime asc',
] as const;
export type TaskOrder = (typeof TASK_ORDERS)[number];

/** The order of a list when none is asked for, and of the rows of a snapshot. */
export const USUAL_ORDER: TaskOrder = 'createTime desc';

/** Where a task stands in an order. */
export interface OrderPosition {
  readonly time: string | null;
  readonly id: string;
}

export function orderField(order: TaskOrder): OrderField {
  return order.slice(0, order.indexOf(' ')) as OrderField;
}

export function positionOf(task: Task, order: TaskOrder): OrderPosition {
  return { time: task[orderField(order)], id: task.id };
}

/** Total order, independent of arrival: tasks without the time come last either way, ties by id ascending. */
export function comparePositions(a: OrderPosition, b: OrderPosition, order: TaskOrder): number {
  if (a.time !== b.time) {
    if (a.time === null) return 1;
    if (b.time === null) return -1;
    return a.time < b.time === order.endsWith('asc') ? -1 : 1;
  }
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}
