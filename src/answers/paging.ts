import { DEFAULT_PAGE_SIZE, LARGEST_PAGE_SIZE } from '@/model/query.js';
import { ApiProblem, type ParameterError } from '@/platform/problem/api-problem.js';

/** The parameters of every list, as they are sent. */
export interface PageParameters {
  readonly pageSize?: number;
  readonly pageToken?: string;
  readonly page?: number;
}

/** Which page of a list is asked for. */
export interface WantedPage {
  readonly pageSize: number;
  /** At most one of pageToken and page is set. */
  readonly pageToken: string | null;
  /** 1-based. */
  readonly page: number | null;
}

/** An empty token and a size of 0 are as good as none. */
export function wantedPage({ pageSize = 0, pageToken = '', page }: PageParameters): WantedPage {
  return {
    pageSize: pageSize === 0 ? DEFAULT_PAGE_SIZE : Math.min(pageSize, LARGEST_PAGE_SIZE),
    pageToken: pageToken === '' ? null : pageToken,
    page: page ?? null,
  };
}

/** What is wrong with asking for a page by its number and by a token. */
export function pageErrors({ pageToken, page }: Omit<WantedPage, 'pageSize'>): ParameterError[] {
  if (page === null || pageToken === null) return [];
  return [{ parameter: 'page', detail: 'given together with pageToken; use one of the two' }];
}

/** A page token that is not good for the list. */
export function invalidPageToken(detail: string): ApiProblem {
  return new ApiProblem('invalid-page-token', `pageToken: ${detail}`, {
    errors: [{ parameter: 'pageToken', detail }],
  });
}
