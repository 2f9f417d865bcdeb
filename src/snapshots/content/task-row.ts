import {
  TASK_STATUSES,
  TASK_TRIGGERS,
  TASK_TYPES,
  type Task,
  type TaskCluster,
  type TaskError,
  type TaskResource,
  type TaskRow,
  type TaskWarning,
} from '@/model/task.js';

type Check = (value: unknown) => boolean;
type Checks<T> = Readonly<Record<keyof T, Check>>;

const text: Check = (value) => typeof value === 'string';
/** In the one form that tasks have times in: rows are sorted by their texts, and compared by what these stand for. */
const time: Check = (value) =>
  typeof value === 'string' && TIME.test(value) && !Number.isNaN(Date.parse(value));
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const number: Check = (value) => typeof value === 'number';
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const oneOf = (words: readonly string[]): Check => {
  const known = new Set<unknown>(words);
  return (value) => known.has(value);
};

const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

function shaped<T>(checks: Checks<T>): Check {
  const fields = Object.entries<Check>(checks);
  return (value) =>
    isObject(value) && fields.every(([name, check]) => check((value as Record<string, unknown>)[name]));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isTask = shaped<Task>({
  id: text,
  provider: text,
  source: text,
  feed: text,
  nativeId: orNull(text),
  type: oneOf(TASK_TYPES),
  trigger: orNull(oneOf(TASK_TRIGGERS)),
  status: oneOf(TASK_STATUSES),
  nativeStatus: orNull(text),
  progressPercent: orNull(number),
  createTime: orNull(time),
  startTime: orNull(time),
  endTime: orNull(time),
  updateTime: orNull(time),
  durationSeconds: orNull(number),
  checkpointTime: orNull(time),
  lagSeconds: orNull(number),
  resource: orNull(shaped<TaskResource>({ type: orNull(text), id: orNull(text), name: orNull(text) })),
  cluster: orNull(shaped<TaskCluster>({ id: text, name: orNull(text) })),
  destination: orNull(text),
  error: orNull(shaped<TaskError>({ code: orNull(text), message: text })),
  warnings: listOf(shaped<TaskWarning>({ code: orNull(text), message: text })),
  region: orNull(text),
  projectId: orNull(text),
});

/** Whether a value has the shape of a row, down to the task's last field. */
export function isTaskRow(value: unknown): value is TaskRow {
  const { task, raw } = (isObject(value) ? value : {}) as Record<string, unknown>;
  return isTask(task) && isObject(raw);
}
