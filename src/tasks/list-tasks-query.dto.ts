import type { TaskQuery } from '@/model/query.js';
import { DEFAULT_PAGE_SIZE, LARGEST_PAGE_SIZE, type TaskFilter } from '@/model/query.js';
import { TASK_ORDERS, type TaskOrder } from '@/model/order.js';
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
  OptionalTextParameter,
  TextParameter,
  TimeParameter,
  WholeNumberParameter,
} from '@/answers/parameters.js';

const TIME = 'RFC 3339, such as `2026-10-22T00:00:00Z`.';
const LISTS = 'One or more values: repeat the parameter, or separate the values by commas.';

/** The query of `GET /v1/tasks`. */
export class ListTasksQuery {
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

  @ChoiceParameter(TASK_ORDERS, {
    description:
      'The order. Tasks without the time come last in both directions. Tasks with the same time are ordered by id, ascending.',
    default: 'createTime desc',
  })
  orderBy?: TaskOrder;

  @WholeNumberParameter(0, {
    description: `Tasks on a page. 0 means the default; more than ${LARGEST_PAGE_SIZE} is taken as ${LARGEST_PAGE_SIZE}.`,
    default: DEFAULT_PAGE_SIZE,
  })
  pageSize?: number;

  @OptionalTextParameter({
    description:
      'The `nextPageToken` of the previous answer: gives the page after it. All other parameters except pageSize must be the same as in the first request.',
  })
  pageToken?: string;

  @WholeNumberParameter(1, {
    description:
      'The number of the page, from 1. Cannot be combined with pageToken. A page after the last one is empty.',
  })
  page?: number;

  @ChoiceParameter(['raw'], { description: "`raw` adds the upstream's record to each task." })
  include?: string;
}

/** The question that a checked query asks. */
export function toTaskQuery(query: ListTasksQuery): TaskQuery {
  return {
    filter: filterOf(query),
    order: query.orderBy ?? 'createTime desc',
    pageSize: pageSizeOf(query),
    pageToken: query.pageToken === '' ? null : (query.pageToken ?? null),
    page: query.page ?? null,
    includeRaw: query.include === 'raw',
  };
}

function pageSizeOf({ pageSize = 0 }: ListTasksQuery): number {
  return pageSize === 0 ? DEFAULT_PAGE_SIZE : Math.min(pageSize, LARGEST_PAGE_SIZE);
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
] as const satisfies (keyof TaskFilter & keyof ListTasksQuery)[];

function filterOf(query: ListTasksQuery): TaskFilter {
  const given = FILTER_PARAMETERS.filter((name) => query[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, query[name]]));
}
