import type { Task, TaskCluster, TaskError, TaskResource, TaskWarning } from './task.js';

/** More are forgotten all at once: what is in use comes back, and the pool stays below some megabytes. */
const MOST_TEXTS = 20_000;
const LONGEST_TEXT = 256;

const texts = new Map<string, string>();
const objects = new Map<string, object>();
const NO_WARNINGS: readonly TaskWarning[] = [];

/**
 * The task in as little memory as may be: what many tasks have in common (words, resources, clusters, destinations,
 * messages) is one copy for the whole process, a time that occurs twice is one text, and the fields stand in the contract's
 * order in one object, as `JSON.stringify` is to write them.
 */
export function compactTask(task: Task): Task {
  const { createTime, endTime } = task;
  return {
    id: task.id,
    provider: task.provider,
    source: task.source,
    feed: task.feed,
    nativeId: task.nativeId,
    type: task.type,
    trigger: task.trigger,
    status: task.status,
    nativeStatus: pooledText(task.nativeStatus),
    progressPercent: task.progressPercent,
    createTime,
    startTime: either(createTime, task.startTime),
    endTime,
    updateTime: either(endTime, either(createTime, task.updateTime)),
    durationSeconds: task.durationSeconds,
    checkpointTime: task.checkpointTime,
    lagSeconds: task.lagSeconds,
    resource: pooledObject<TaskResource>(task.resource),
    cluster: pooledObject<TaskCluster>(task.cluster),
    destination: pooledText(task.destination),
    error: pooledObject<TaskError>(task.error),
    warnings: task.warnings.length === 0 ? NO_WARNINGS : task.warnings,
    region: task.region,
    projectId: task.projectId,
  };
}

/** The text, as the known one where both are the same. */
function either(known: string | null, text: string | null): string | null {
  return known === text ? known : text;
}

function pooledText(text: string | null): string | null {
  return text === null || text.length > LONGEST_TEXT ? text : pooled(texts, text, text);
}

function pooledObject<T extends object>(object: T | null): T | null {
  if (object === null) return null;
  const key = JSON.stringify(object);
  return key.length > LONGEST_TEXT ? object : pooled(objects as Map<string, T>, key, object);
}

function pooled<T>(pool: Map<string, T>, key: string, value: T): T {
  const known = pool.get(key);
  if (known !== undefined) return known;
  if (pool.size >= MOST_TEXTS) pool.clear();
  pool.set(key, value);
  return value;
}
