import type { FeedProblem } from '@/model/collection.js';

/** Every kind of error answer. Each has its own page at `/problems/{slug}`. */
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
      'The page token was changed, was not issued by this gateway, or belongs to a request with other parameters. Start again without it. From page to page, only pageSize may change.',
  },
  'bad-request': {
    status: 400,
    title: 'The request is not valid',
    meaning: 'The request is not valid HTTP, or its URL cannot be decoded.',
  },
  unauthenticated: {
    status: 401,
    title: 'A credential is needed',
    meaning:
      'The request has no credential, or the credential is not valid. Send an API key as `X-API-Key`, or an API key or an access token as `Authorization: Bearer`. `detail` says what is wrong, where that may be told.',
  },
  forbidden: {
    status: 403,
    title: 'A scope is missing',
    meaning:
      'The credential is valid, but it does not have the scope that the request needs. `detail` names the scope. Ask the operator of the gateway to grant it.',
  },
  'not-found': {
    status: 404,
    title: 'No such path',
    meaning: 'The path does not exist. `/docs` lists all paths.',
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
    meaning: 'No source with this id is configured. `/v1/sources` lists the configured sources.',
  },
  'resource-not-found': {
    status: 404,
    title: 'No such resource',
    meaning:
      'All feeds of the source were read, and no task, no list and no configuration names the resource. Its backups may have ended so long ago that its system no longer lists them.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'The method is not allowed',
    meaning: 'The path exists, but not for this method. The `Allow` header names the methods it takes.',
  },
  'request-timeout': {
    status: 408,
    title: 'The request did not arrive in time',
    meaning:
      'The head of a request must be complete within 10 seconds, and the whole request within 30. The connection is closed.',
  },
  'rate-limited': {
    status: 429,
    title: 'Too many requests',
    meaning:
      'The caller has sent as many requests as it may in a period. `RateLimit-Policy` gives the limit. Retry after the time in `Retry-After`.',
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
      '`Accept-Encoding` excludes every encoding that the gateway can send. Allow `identity`, `gzip` or `br`.',
  },
  'misdirected-request': {
    status: 421,
    title: 'The host is not served here',
    meaning:
      'The request names a host that the gateway does not serve (in `Host`, or in the `X-Forwarded-Host` of a trusted proxy). This protects against pages that reach the gateway by a name of their own. If the name is right, add it to `server.allowedHosts`.',
  },
  'internal-error': {
    status: 500,
    title: 'Internal error',
    meaning:
      'The gateway failed because of an internal error. To find the details, search its log for the `requestId`.',
  },
  'no-source-available': {
    status: 503,
    title: 'No source is available',
    meaning:
      'No feed in scope has a snapshot, and none could be read. `problems` gives the reason for each feed. The status is 504 if every reason is TIMEOUT. Retry later.',
  },
  'incomplete-answer': {
    status: 503,
    title: 'The answer would be incomplete',
    meaning:
      'The request has `Prefer: handling=strict`, and at least one feed in scope is missing, stale or truncated. `problems` lists these feeds. To get a partial answer, send the request without this preference.',
  },
  'task-unknown': {
    status: 503,
    title: 'It is not known whether the task exists',
    meaning:
      'No feed that could be read has the task, but at least one feed of its source could not be read. `problems` lists these feeds. Retry later.',
  },
  'resource-unknown': {
    status: 503,
    title: 'It is not known whether the resource exists',
    meaning:
      'Nothing that could be read names the resource, but at least one feed of its source could not be read. `problems` lists these feeds. Retry later.',
  },
  'issuer-unavailable': {
    status: 503,
    title: 'The access token cannot be checked',
    meaning:
      'The token may be valid, but the keys of its issuer cannot be read at the moment. Retry after the time in `Retry-After`.',
  },
  overloaded: {
    status: 503,
    title: 'The gateway is overloaded',
    meaning:
      'The gateway gets more requests than it can answer in time, so some of them get this error. Retry after the time in `Retry-After`.',
  },
  'nothing-cached': {
    status: 504,
    title: 'Nothing is cached',
    meaning:
      'The request has `Cache-Control: only-if-cached`, and no feed in scope has a snapshot. To have the feeds read, send the request without it.',
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

/** An error answer (RFC 9457). `detail` is the gateway's own text and never contains text of an upstream. */
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

/** Further errors are only counted, and longer names are cut, so that the answer is not larger than the request. */
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
