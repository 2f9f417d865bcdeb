/** What the contract says of the tasks of one provider (contract, section 2), written down a second time. */
export interface TaskRules {
  readonly types: readonly string[];
  readonly triggers: readonly (string | null)[];
  /** Native words in lower case. */
  readonly statuses: Readonly<Record<string, string>>;
  /** null: any text or none, as the upstream tells it. */
  readonly resourceTypes: readonly string[] | null;
  readonly hasCluster: boolean;
}

/** Where a task must say that it comes from. */
export interface Origin {
  readonly provider: string;
  readonly source: string;
  readonly feed: string;
  readonly rules: TaskRules;
}

type Check = (value: unknown) => boolean;

const FINAL = ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'SKIPPED', 'STOPPED'];
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
/** A source's id of 63 characters, a dot, and a key of 128. */
const LONGEST_ID = 192;

const isText: Check = (value) => typeof value === 'string' && value !== '';
const isTime: Check = (value) =>
  typeof value === 'string' && TIME.test(value) && new Date(value).toISOString() === value;
const isNumber =
  (smallest: number, largest: number): Check =>
  (value) =>
    typeof value === 'number' && value >= smallest && value <= largest;
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const isObject =
  (shape: Readonly<Record<string, Check>>): Check =>
  (value) =>
    typeof value === 'object' && value !== null && invalidFieldsOf(value, shape).length === 0;

const SHAPE: Readonly<Record<string, Check>> = {
  id: (value) =>
    isText(value) && /^[A-Za-z0-9._~-]+$/.test(value as string) && (value as string).length <= LONGEST_ID,
  provider: isText,
  source: isText,
  feed: isText,
  nativeId: orNull(isText),
  type: isText,
  trigger: orNull(isText),
  status: isText,
  nativeStatus: orNull(isText),
  progressPercent: orNull(isNumber(0, 100)),
  createTime: orNull(isTime),
  startTime: orNull(isTime),
  endTime: orNull(isTime),
  updateTime: orNull(isTime),
  durationSeconds: orNull(isNumber(0, Number.MAX_VALUE)),
  checkpointTime: orNull(isTime),
  lagSeconds: orNull(isNumber(0, Number.MAX_VALUE)),
  resource: orNull(isObject({ type: orNull(isText), id: orNull(isText), name: orNull(isText) })),
  cluster: orNull(isObject({ id: isText, name: orNull(isText) })),
  destination: orNull(isText),
  error: orNull(isObject({ code: orNull(isText), message: isText })),
  warnings: (value) =>
    Array.isArray(value) && value.every(isObject({ code: orNull(isText), message: isText })),
  region: orNull(isText),
  projectId: orNull(isText),
};

interface CheckedTask {
  readonly id: string;
  readonly provider: string;
  readonly source: string;
  readonly feed: string;
  readonly type: string;
  readonly trigger: string | null;
  readonly status: string;
  readonly nativeStatus: string | null;
  readonly createTime: string | null;
  readonly startTime: string | null;
  readonly endTime: string | null;
  readonly durationSeconds: number | null;
  readonly resource: { readonly type: string | null } | null;
  readonly cluster: object | null;
}

/** The names of all that is not as the contract has it; none for a good task. */
export function invalidFields(task: object, origin: Origin): string[] {
  const invalid = invalidFieldsOf(task, SHAPE);
  if (invalid.length > 0) return invalid;
  const checked = task as CheckedTask;
  const wrong = [...wrongOrigin(checked, origin), ...wrongWords(checked, origin.rules), ...wrongEnd(checked)];
  return isPlainJson(task) ? wrong : [...wrong, 'JSON'];
}

/** The fields that fail their check, are missing, or should not be there. */
function invalidFieldsOf(value: object, shape: Readonly<Record<string, Check>>): string[] {
  const fields = value as Record<string, unknown>;
  const wrong = Object.keys(shape).filter(
    (name) => !Object.hasOwn(fields, name) || shape[name]?.(fields[name]) !== true,
  );
  return [...wrong, ...Object.keys(fields).filter((name) => !Object.hasOwn(shape, name))];
}

function wrongOrigin(task: CheckedTask, { provider, source, feed }: Origin): string[] {
  const isOwn = task.provider === provider && task.source === source && task.feed === feed;
  return [...(isOwn ? [] : ['origin']), ...(task.id.startsWith(`${source}.`) ? [] : ['id'])];
}

function wrongWords(
  { type, trigger, status, nativeStatus, resource, cluster }: CheckedTask,
  rules: TaskRules,
): string[] {
  const word = nativeStatus?.toLowerCase() ?? '';
  const wrong: Record<string, boolean> = {
    type: !rules.types.includes(type),
    trigger: !rules.triggers.includes(trigger),
    status: status !== (Object.hasOwn(rules.statuses, word) ? rules.statuses[word] : 'UNKNOWN'),
    resource: rules.resourceTypes !== null && !rules.resourceTypes.includes(resource?.type ?? ''),
    cluster: rules.hasCluster !== (cluster !== null),
  };
  return Object.keys(wrong).filter((name) => wrong[name]);
}

function wrongEnd({ status, createTime, startTime, endTime, durationSeconds }: CheckedTask): string[] {
  const began = startTime ?? createTime;
  const hasDuration = began !== null && endTime !== null;
  const expected = hasDuration ? Math.max(0, (Date.parse(endTime) - Date.parse(began)) / 1000) : null;
  return [
    ...(endTime === null || FINAL.includes(status) ? [] : ['endTime']),
    ...(durationSeconds === expected ? [] : ['durationSeconds']),
  ];
}

/** Whether it is told in JSON without loss, in text that can be encoded. */
function isPlainJson(task: object): boolean {
  const text = JSON.stringify(task);
  return text.isWellFormed() && JSON.stringify(JSON.parse(text)) === text;
}
