import type { FeedProblem } from '@/model/collection.js';

/** Every kind of error answer. Each has a page of its own at `/problems/{slug}`. */
export const PROBLEMS = {
  'invalid-parameter': {
    status: 400,
    title: 'A parameter is not valid',
    meaning:
      'A query parameter is unknown, malformed, given twice, or names something that does not exist. `errors` lists each parameter with what is wrong and what to use.',
  },
  'invalid-page-token': {
    status: 400,
    title: 'The page token is not valid',
    meaning:
      'The page token was changed, is not one of this gateway, or belongs to a call with other parameters. Start again without it; only pageSize may differ between the calls of a walk.',
  },
  'bad-request': {
    status: 400,
    title: 'The request is not valid',
    meaning: 'The request is not valid HTTP, or its URL cannot be decoded.',
  },
  'not-found': {
    status: 404,
    title: 'There is nothing here',
    meaning: 'No such path. `/docs` lists all there are.',
  },
  'task-not-found': {
    status: 404,
    title: 'No such task',
    meaning:
      'All feeds of the source were read and none of them has the task. It may have ended so long ago that its system no longer lists it.',
  },
  'source-not-found': {
    status: 404,
    title: 'No such source',
    meaning: 'No source of that id is configured. `/v1/sources` lists them.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'The method is not allowed',
    meaning: 'The path exists, but not for this method. The `Allow` header names the methods it takes.',
  },
  'request-timeout': {
    status: 408,
    title: 'The request did not come in time',
    meaning:
      'The head of a request must be complete within 10 seconds, and the whole request within 30. The connection is closed.',
  },
  'headers-too-large': {
    status: 431,
    title: 'The head of the request is too large',
    meaning: 'The request line and the headers together are limited to 16 kB. The connection is closed.',
  },
  'not-acceptable': {
    status: 406,
    title: 'No acceptable encoding',
    meaning:
      '`Accept-Encoding` refuses every encoding that the gateway can send, the plain one included. Allow `identity`, `gzip` or `br`.',
  },
  'internal-error': {
    status: 500,
    title: 'The gateway failed',
    meaning: 'A fault of the gateway itself. Its log has the details under the request id.',
  },
  'no-source-available': {
    status: 503,
    title: 'No source is available',
    meaning:
      'Not one feed in scope has a snapshot, and none could be fetched. `problems` tells why for each. The status is 504 when every reason is TIMEOUT.',
  },
  'incomplete-answer': {
    status: 503,
    title: 'The answer would be incomplete',
    meaning:
      'The call asked for strict handling, and at least one feed in scope is missing, stale or truncated. `problems` tells which. Without `Prefer: handling=strict` the partial answer is given.',
  },
  'task-unknown': {
    status: 503,
    title: 'Whether the task exists is not known',
    meaning:
      'No feed that could be read has the task, but at least one feed of its source could not be read. `problems` tells which.',
  },
  overloaded: {
    status: 503,
    title: 'The gateway is overloaded',
    meaning:
      'The gateway gets more requests than it can answer in time, so it refuses some of them at once. `Retry-After` says when to retry.',
  },
  'nothing-cached': {
    status: 504,
    title: 'Nothing is cached',
    meaning: 'The call asked for only what is cached, and no feed in scope has a snapshot.',
  },
} as const satisfies Record<string, { status: number; title: string; meaning: string }>;

export type ProblemSlug = keyof typeof PROBLEMS;

export interface ParameterError {
  readonly parameter: string;
  readonly detail: string;
}

export interface ProblemExtras {
  /** Replaces the slug's usual status. */
  readonly status?: number;
  readonly errors?: readonly ParameterError[];
  readonly problems?: readonly FeedProblem[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error answer (RFC 9457). `detail` is ours: it never holds upstream text. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;

  constructor(
    readonly slug: ProblemSlug,
    readonly detail: string,
    readonly extras: ProblemExtras = {},
  ) {
    super(`${slug}: ${detail}`);
    this.status = extras.status ?? PROBLEMS[slug].status;
  }
}

/** More are not told of, and longer names are cut, so that an error is not larger than what it is about. */
const MOST_ERRORS = 20;
const LONGEST_NAME = 80;

/** A 400 that names each bad parameter; where there are very many, the first ones and how many more. */
export function invalidParameters(all: readonly ParameterError[]): ApiProblem {
  const errors = all.slice(0, MOST_ERRORS).map(({ parameter, detail }) => ({
    parameter: parameter.length > LONGEST_NAME ? `${parameter.slice(0, LONGEST_NAME)}…` : parameter,
    detail,
  }));
  const texts = errors.map(({ parameter, detail }) => `${parameter}: ${detail}`);
  if (all.length > errors.length) texts.push(`and ${all.length - errors.length} more`);
  return new ApiProblem('invalid-parameter', texts.join('; '), { errors });
}

/** A 503 that asks the caller to come back after so many seconds. */
export function overloaded(afterSeconds: number): ApiProblem {
  return new ApiProblem('overloaded', 'The gateway is overloaded. Retry after the time in Retry-After.', {
    headers: { 'retry-after': String(afterSeconds) },
  });
}
