import type { OpenAPIObject } from '@nestjs/swagger';
import { PROBLEMS, type ProblemSlug } from '../problem/api-problem.js';
import { feedProblemBody } from '../problem/feed-problem.js';
import { STATED_PROBLEMS, type StatedProblems } from '../problem/problems.decorator.js';
import { NEEDED_SCOPE, type NeededScope } from '@/access/route/needs-scope.js';
import { describeNeededScope } from './needed-scopes.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Answer = NonNullable<Operation['responses'][string]>;
/** What any request may be answered with, whatever it asks for: the same answers in every operation. */
const REFUSALS = {
  NotAcceptable: 'not-acceptable',
  MisdirectedRequest: 'misdirected-request',
  RequestTimeout: 'request-timeout',
  HeadersTooLarge: 'headers-too-large',
} as const satisfies Record<string, ProblemSlug>;

const RETRY_AFTER = {
  description:
    'After how many seconds to ask again: always with `overloaded`, `rate-limited` and `issuer-unavailable`, else where it is known.',
  required: false,
  schema: { type: 'integer', minimum: 1 } as const,
  example: 1,
};

const RETRIED: ReadonlySet<ProblemSlug> = new Set([
  'overloaded',
  'rate-limited',
  'issuer-unavailable',
  'no-source-available',
  'task-unknown',
  'resource-unknown',
]);

/** Adds the schemas of problems, and to each operation the errors it may answer with. */
export function addErrorAnswers(document: OpenAPIObject): OpenAPIObject {
  const schemas = { ...document.components?.schemas, ...PROBLEM_SCHEMAS };
  const refusals = Object.entries(REFUSALS).map(([name, slug]) => [name, refusal(slug)] as const);
  const responses = { ...document.components?.responses, ...Object.fromEntries(refusals) };
  document.components = { ...document.components, schemas, responses };
  for (const [path, { get }] of Object.entries(document.paths)) {
    if (get !== undefined) addTo(get, path);
  }
  return document;
}

const NO_PROBLEMS: StatedProblems = { problems: {}, examples: {} };

function addTo(operation: Operation, path: string): void {
  for (const [name, slug] of Object.entries(REFUSALS)) {
    operation.responses[PROBLEMS[slug].status] = { $ref: `#/components/responses/${name}` };
  }
  const scope = (takeExtension(operation, NEEDED_SCOPE) ?? 'none') as NeededScope;
  const stated = (takeExtension(operation, STATED_PROBLEMS) ?? NO_PROBLEMS) as StatedProblems;
  const { problems, examples } = describeNeededScope(operation, scope, stated);
  for (const [status, slugs] of Object.entries({ ...problems, 500: ['internal-error'] as const })) {
    const values = slugs.map((slug: ProblemSlug) => {
      const value = { ...problemExample(slug, Number(status), path), ...examples[slug] };
      return [slug, { value }] as const;
    });
    operation.responses[status] = answerWith(slugs, Object.fromEntries(values));
  }
}

/** What a decorator has left with an operation; it is not part of the finished document. */
function takeExtension(operation: Operation, name: string): unknown {
  const value = (operation as unknown as Record<string, unknown>)[name];
  Reflect.deleteProperty(operation, name);
  return value;
}

function refusal(slug: ProblemSlug): Answer {
  return answerWith([slug], { [slug]: { value: problemExample(slug, PROBLEMS[slug].status, '/v1/tasks') } });
}

function answerWith(slugs: readonly ProblemSlug[], examples: Record<string, { value: object }>): Answer {
  return {
    description: slugs.map((slug) => PROBLEMS[slug].title).join('; or: '),
    ...(slugs.some((slug) => RETRIED.has(slug)) && { headers: { 'Retry-After': RETRY_AFTER } }),
    content: {
      'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' }, examples },
    },
  };
}

/** A problem as the operation at a path would answer it. */
function problemExample(slug: ProblemSlug, status: number, path: string): object {
  return {
    type: `/problems/${slug}`,
    title: PROBLEMS[slug].title,
    status,
    instance: path.replace('{id}', TASK_ID).replace('{source}', 'server-backups'),
    requestId: '6f1f3a52-4c0e-4b0e-9a55-1f8a3d0c7b11',
    ...detailsOf(slug, status),
  };
}

function detailsOf(slug: ProblemSlug, status: number): object {
  if (slug === 'no-source-available' && status === 504) return IN_TIME;
  return DETAILS[slug];
}

const TASK_ID = 'server-backups.4827f2da-b008-4507-ab7d-42d0df5ed912';
const FEED = 'sources/server-backups/feeds/operation-logs';

const FAILED = [
  feedProblemBody({ feed: FEED, state: 'FAILED', reason: 'UNREACHABLE', lastSuccessTimeMs: null }),
];
const UNREAD = [feedProblemBody({ feed: FEED, state: 'LOADING', reason: null, lastSuccessTimeMs: null })];
const LATE = [feedProblemBody({ feed: FEED, state: 'LOADING', reason: 'TIMEOUT', lastSuccessTimeMs: null })];

const IN_TIME = { detail: 'No feed in scope could be read in time.', problems: LATE };

const DETAILS: Record<ProblemSlug, object> = {
  'invalid-parameter': badParameter('colour', 'unknown parameter; this call takes none'),
  'invalid-page-token': badParameter(
    'pageToken',
    'the token belongs to a call with other parameters, or of a caller who sees other sources; repeat the parameters of that call (only pageSize may differ)',
  ),
  'bad-request': { detail: 'The request cannot be understood.' },
  unauthenticated: {
    detail:
      'This needs a credential. Send an API key as X-API-Key, or an API key or access token as Authorization: Bearer.',
  },
  forbidden: { detail: 'This needs the scope tasks:read, which the credential does not have.' },
  'rate-limited': { detail: 'The limit of requests is reached. Retry after the time in Retry-After.' },
  'issuer-unavailable': {
    detail: 'The token cannot be checked, because the keys of its issuer cannot be read. Retry later.',
  },
  'not-found': { detail: 'There is no such path. GET /docs lists them.' },
  'task-not-found': { detail: 'No feed of any source has a task of that id.' },
  'resource-not-found': { detail: 'Nothing names a resource of that id.' },
  'source-not-found': { detail: 'No source with that id is configured.' },
  'method-not-allowed': { detail: 'POST is not allowed here; use GET, HEAD' },
  'request-timeout': { detail: 'The request was not complete in time.' },
  'headers-too-large': { detail: 'The request line and headers are too large.' },
  'not-acceptable': { detail: 'Accept-Encoding refuses every coding; allow identity, gzip or br.' },
  'misdirected-request': {
    detail:
      'The gateway does not serve the host that the request names; server.allowedHosts lists those it does.',
  },
  'internal-error': { detail: 'The gateway failed to answer.' },
  'no-source-available': { detail: 'No feed in scope could be read.', problems: FAILED },
  'incomplete-answer': { detail: `Missing, stale or truncated: ${FEED}.`, problems: FAILED },
  'resource-unknown': {
    detail: 'The resource may be in a feed that could not be read.',
    problems: FAILED,
  },
  'task-unknown': { detail: 'The task may be in a feed that could not be read.', problems: FAILED },
  overloaded: { detail: 'The gateway is overloaded. Retry after the time in Retry-After.' },
  'nothing-cached': { detail: 'No feed in scope has a snapshot.', problems: UNREAD },
};

function badParameter(parameter: string, detail: string): object {
  return { detail: `${parameter}: ${detail}`, errors: [{ parameter, detail }] };
}

/** The schemas of error answers (RFC 9457), by name. */
const PROBLEM_SCHEMAS = {
  Problem: {
    type: 'object',
    description: 'An error answer (RFC 9457).',
    required: ['type', 'title', 'status', 'detail', 'instance', 'requestId'],
    properties: {
      type: {
        type: 'string',
        format: 'uri-reference',
        description: 'The kind of problem: a page that explains it. An open list, at `/problems`.',
        example: '/problems/invalid-parameter',
      },
      title: { type: 'string', description: 'The kind of problem in words; the same for the same kind.' },
      status: { type: 'integer', minimum: 400, maximum: 599, description: 'The HTTP status.' },
      detail: { type: 'string', description: 'What is wrong this time.' },
      instance: { type: 'string', description: 'The path and query that were asked for.' },
      requestId: { type: 'string', description: 'Names this call in the log of the gateway.' },
      errors: {
        type: 'array',
        description: 'One entry for each bad parameter; only where parameters are to blame.',
        items: { $ref: '#/components/schemas/ParameterError' },
      },
      problems: {
        type: 'array',
        description: 'Why each missing feed is missing; only where feeds are to blame.',
        items: { $ref: '#/components/schemas/FeedProblem' },
      },
    },
  },
  ParameterError: {
    type: 'object',
    description: 'A parameter that is not as it must be.',
    required: ['parameter', 'detail'],
    properties: {
      parameter: { type: 'string', description: 'The name of the parameter, as it was given.' },
      detail: { type: 'string', description: 'What was found, and what is allowed.' },
    },
  },
};
