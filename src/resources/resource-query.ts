import { wantedPage, type WantedPage } from '@/answers/paging.js';
import { invalidParameters } from '@/platform/problem/api-problem.js';
import {
  DEFAULT_DAYS,
  type GetResourceQuery,
  type ListResourcesQuery,
  type ResourceOrder,
} from './list-resources-query.dto.js';
import type { Reason, Verdict } from './verdict.js';

export type { ResourceOrder } from './list-resources-query.dto.js';

/** Which resources are asked for. Absent means no restriction. */
export interface ResourceFilter {
  readonly provider?: readonly string[];
  readonly source?: readonly string[];
  readonly type?: readonly string[];
  readonly verdict?: readonly Verdict[];
  readonly reason?: readonly Reason[];
  /** Names of expectations. */
  readonly expectation?: readonly string[];
  /** Case-insensitive substring. */
  readonly name?: string;
  readonly resourceId?: string;
  readonly clusterId?: string;
}

/** Which days to show of each resource. */
export interface DaysWanted {
  readonly count: number;
  readonly timeZone: string;
}

export interface ResourceQuery extends WantedPage {
  readonly filter: ResourceFilter;
  readonly order: ResourceOrder;
  /** A time in the form of `formatTime`; null: now. */
  readonly asOf: string | null;
  readonly days: DaysWanted | null;
}

const FILTERS = [
  ...['provider', 'source', 'type', 'verdict', 'reason', 'expectation', 'name', 'resourceId', 'clusterId'],
] as readonly (keyof ResourceFilter & keyof ListResourcesQuery)[];

/** The question that a checked query asks. */
export function toResourceQuery(query: ListResourcesQuery): ResourceQuery {
  const given = FILTERS.filter((name) => query[name] !== undefined);
  return {
    filter: Object.fromEntries(given.map((name) => [name, query[name]])),
    order: query.orderBy ?? 'verdict',
    ...wantedPage(query),
    asOf: query.asOf ?? null,
    days: daysWanted(query),
  };
}

/** null where no days are asked for. Throws a 400 problem for what has no meaning then. */
export function daysWanted({ include, days, timeZone }: GetResourceQuery): DaysWanted | null {
  if (include !== undefined) return { count: days ?? DEFAULT_DAYS, timeZone: timeZone ?? 'UTC' };
  const errors = Object.entries({ days, timeZone }).flatMap(([parameter, value]) =>
    value === undefined
      ? []
      : { parameter, detail: `${parameter} has no meaning without include=days; add include=days` },
  );
  if (errors.length > 0) throw invalidParameters(errors);
  return null;
}
