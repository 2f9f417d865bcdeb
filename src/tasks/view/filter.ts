import type { TaskFilter } from '@/model/query.js';
import type { Task } from '@/model/task.js';

export type TaskPredicate = (task: Task) => boolean;

/**
 * Tells whether a task is asked for: it must pass every restriction of the filter. A task that lacks the
 * field a restriction looks at does not pass; an empty list lets nothing pass.
 */
export function compileFilter(filter: TaskFilter): TaskPredicate {
  const restrictions = [
    oneOf(filter.provider, (task) => task.provider),
    oneOf(filter.source, (task) => task.source),
    oneOf(filter.status, (task) => task.status),
    oneOf(filter.type, (task) => task.type),
    equal(filter.trigger, (task) => task.trigger),
    equal(filter.hasWarnings, (task) => task.warnings.length > 0),
    equal(filter.resourceId, (task) => task.resource?.id),
    equal(filter.clusterId, (task) => task.cluster?.id),
    containing(filter.resourceName, (task) => task.resource?.name),
    from(filter.createdAfter, (task) => task.createTime),
    before(filter.createdBefore, (task) => task.createTime),
    from(filter.endedAfter, (task) => task.endTime),
    before(filter.endedBefore, (task) => task.endTime),
  ].filter((restriction) => restriction !== null);
  return (task) => restrictions.every((passes) => passes(task));
}

/** How a restriction reads a task's field. */
type Reading<T> = (task: Task) => T | null | undefined;

function oneOf<T extends string>(
  wanted: readonly T[] | undefined,
  read: (task: Task) => T,
): TaskPredicate | null {
  if (wanted === undefined) return null;
  const values = new Set(wanted);
  return (task) => values.has(read(task));
}

function equal<T extends string | boolean>(wanted: T | undefined, read: Reading<T>): TaskPredicate | null {
  return wanted === undefined ? null : (task) => read(task) === wanted;
}

function containing(part: string | undefined, read: Reading<string>): TaskPredicate | null {
  if (part === undefined) return null;
  const wanted = part.toLowerCase();
  return (task) => read(task)?.toLowerCase().includes(wanted) ?? false;
}

/** Inclusive. Times have one form, so they compare as strings. */
function from(start: string | undefined, read: Reading<string>): TaskPredicate | null {
  if (start === undefined) return null;
  return (task) => {
    const time = read(task) ?? null;
    return time !== null && time >= start;
  };
}

/** Exclusive. */
function before(end: string | undefined, read: Reading<string>): TaskPredicate | null {
  if (end === undefined) return null;
  return (task) => {
    const time = read(task) ?? null;
    return time !== null && time < end;
  };
}
