import {
  ChoiceParameter,
  ListParameter,
  OptionalTextParameter,
  TextParameter,
  TimeParameter,
  TimeZoneParameter,
  WholeNumberParameter,
} from '@/answers/parameters.js';
import { DEFAULT_PAGE_SIZE, LARGEST_PAGE_SIZE } from '@/model/query.js';
import { REASONS, VERDICTS, type Reason, type Verdict } from './verdict.js';

const LISTS = 'One or more values: repeat the parameter, or separate the values by commas.';

export const RESOURCE_ORDERS = ['verdict', 'name', 'lastSuccessTime asc', 'lastSuccessTime desc'] as const;
export type ResourceOrder = (typeof RESOURCE_ORDERS)[number];

export const DEFAULT_DAYS = 30;
export const MOST_DAYS = 90;

/** The query of what judges at a moment. */
export class AsOfQuery {
  @TimeParameter({
    description:
      'A past time: what is known now of tasks that existed then, judged as at that time. RFC 3339, such as `2026-10-22T00:00:00Z`. Default: now.',
  })
  asOf?: string;
}

/** The query of `GET /v1/resources/{id}`. */
export class GetResourceQuery extends AsOfQuery {
  @ChoiceParameter(['days'], { description: '`days` adds what happened on each of the last days.' })
  include?: 'days';

  @WholeNumberParameter(1, {
    // Not as the schema's default, which Swagger UI sends.
    description: `Only with \`include=days\`: how many days, at most ${MOST_DAYS}. Default: ${DEFAULT_DAYS}.`,
    maximum: MOST_DAYS,
  })
  days?: number;

  @TimeZoneParameter({
    description:
      'Only with `include=days`: the time zone whose calendar days are meant, by its name in the IANA database, such as `Europe/Berlin`. Default: UTC.',
  })
  timeZone?: string;
}

/** The query of `GET /v1/resources`. */
export class ListResourcesQuery extends GetResourceQuery {
  @ListParameter({ example: 'huawei-cbr' }, { description: `Only resources of these providers. ${LISTS}` })
  provider?: string[];

  @ListParameter({ example: 'server-backups' }, { description: `Only resources of these sources. ${LISTS}` })
  source?: string[];

  @ListParameter({ example: 'OS::Nova::Server' }, { description: `Only resources of these types. ${LISTS}` })
  type?: string[];

  @ListParameter(VERDICTS, { description: `Only resources with these verdicts. ${LISTS}` })
  verdict?: Verdict[];

  @ListParameter(REASONS, { description: `Only resources with one of these reasons. ${LISTS}` })
  reason?: Reason[];

  @ListParameter(
    { example: 'nightly' },
    {
      description: `Only resources of these expectations. ${LISTS} A name that the configuration does not have is an error.`,
    },
  )
  expectation?: string[];

  @TextParameter({ description: 'Only resources whose name contains this text, ignoring case.' })
  name?: string;

  @TextParameter({ description: 'Only the resource with exactly this `resourceId`.' })
  resourceId?: string;

  @TextParameter({ description: 'Only resources on the cluster with exactly this id.' })
  clusterId?: string;

  @ChoiceParameter(RESOURCE_ORDERS, {
    description:
      'The order. `verdict`: VIOLATED, UNKNOWN, OK, NOT_EXPECTED; resources with the same verdict by name. Resources without the time come last in both directions, those without a name too.',
    default: 'verdict',
  })
  orderBy?: ResourceOrder;

  @WholeNumberParameter(0, {
    description: `Resources on a page. 0 means the default; more than ${LARGEST_PAGE_SIZE} is taken as ${LARGEST_PAGE_SIZE}.`,
    default: DEFAULT_PAGE_SIZE,
  })
  pageSize?: number;

  @OptionalTextParameter({
    description:
      'The `nextPageToken` of the previous answer: gives the page after it, judged at the same time. All other parameters except pageSize must be the same as in the first request.',
  })
  pageToken?: string;

  @WholeNumberParameter(1, {
    description:
      'The number of the page, from 1. Cannot be combined with pageToken. A page after the last one is empty.',
  })
  page?: number;
}
