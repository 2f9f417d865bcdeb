import type { TaskFilter } from '@/model/query.js';
import {
  TASK_STATUSES,
  TASK_TRIGGERS,
  TASK_TYPES,
  type TaskStatus,
  type TaskTrigger,
  type TaskType,
} from '@/model/task.js';
import {
  BooleanParameter,
  ChoiceParameter,
  ListParameter,
  TextParameter,
  TimeParameter,
} from '@/answers/parameters.js';

const TIME = 'RFC 3339, such as `2026-10-22T00:00:00Z`.';
const LISTS = 'One or more values: repeat the parameter, or separate the values by commas.';

/** Which tasks a question is about: what the list and the summary have in common. */
export class TaskFilterQuery {
  @ListParameter(
    { example: 'huawei-cbr' },
    {
      description: `Only tasks of these providers. ${LISTS} \`/v1/providers\` lists the providers.`,
    },
  )
  provider?: string[];

  @ListParameter(
    { example: 'server-backups' },
    {
      description: `Only tasks of these sources. ${LISTS} \`/v1/sources\` lists the sources.`,
    },
  )
  source?: string[];

  @ListParameter(TASK_STATUSES, { description: `Only tasks in these statuses. ${LISTS}` })
  status?: TaskStatus[];

  @ListParameter(TASK_TYPES, { description: `Only tasks of these types. ${LISTS}` })
  type?: TaskType[];

  @ChoiceParameter(TASK_TRIGGERS, { description: 'Only tasks started this way.' })
  trigger?: TaskTrigger;

  @BooleanParameter({
    description: '`true`: only tasks with warnings. `false`: only tasks without.',
  })
  hasWarnings?: boolean;

  @TextParameter({ description: 'Only tasks of the resource with exactly this id.' })
  resourceId?: string;

  @TextParameter({ description: 'Only tasks whose resource name contains this text, ignoring case.' })
  resourceName?: string;

  @TextParameter({ description: 'Only tasks that ran on the cluster with exactly this id.' })
  clusterId?: string;

  @TimeParameter({ description: `Only tasks created at this time or later. ${TIME}` })
  createdAfter?: string;

  @TimeParameter({ description: `Only tasks created before this time. ${TIME}` })
  createdBefore?: string;

  @TimeParameter({ description: `Only tasks that ended at this time or later. ${TIME}` })
  endedAfter?: string;

  @TimeParameter({ description: `Only tasks that ended before this time. ${TIME}` })
  endedBefore?: string;
}

const FILTER_PARAMETERS = [
  'provider',
  'source',
  'status',
  'type',
  'trigger',
  'hasWarnings',
  'resourceId',
  'resourceName',
  'clusterId',
  'createdAfter',
  'createdBefore',
  'endedAfter',
  'endedBefore',
] as const satisfies (keyof TaskFilter & keyof TaskFilterQuery)[];

/** The filter that a checked query gives. */
export function filterOf(query: TaskFilterQuery): TaskFilter {
  const given = FILTER_PARAMETERS.filter((name) => query[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, query[name]]));
}
