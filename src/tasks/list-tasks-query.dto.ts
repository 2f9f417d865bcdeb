import { DEFAULT_PAGE_SIZE, LARGEST_PAGE_SIZE, type TaskQuery } from '@/model/query.js';
import { TASK_ORDERS, type TaskOrder } from '@/model/order.js';
import { ChoiceParameter, OptionalTextParameter, WholeNumberParameter } from '@/answers/parameters.js';
import { wantedPage } from '@/answers/paging.js';
import { filterOf, TaskFilterQuery } from './task-filter-query.dto.js';

/** The query of `GET /v1/tasks`. */
export class ListTasksQuery extends TaskFilterQuery {
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
    ...wantedPage(query),
    includeRaw: query.include === 'raw',
  };
}
