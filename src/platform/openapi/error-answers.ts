import type { OpenAPIObject } from '@nestjs/swagger';
import { PROBLEMS, type ProblemSlug } from '@/model/api-problem.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Answer = Operation['responses'][string];

/** Which errors each operation may answer with, besides an internal one. */
const ERRORS: Readonly<Record<string, readonly ProblemSlug[]>> = {
  listTasks: [
    'invalid-parameter',
    'invalid-page-token',
    'no-source-available',
    'incomplete-answer',
    'nothing-cached',
  ],
  getTask: ['invalid-parameter', 'task-not-found', 'task-unknown', 'incomplete-answer', 'nothing-cached'],
  listSources: ['invalid-parameter'],
  getSource: ['invalid-parameter', 'source-not-found'],
  listProviders: ['invalid-parameter'],
};

/** Adds the Problem schema, and to each operation the errors it may answer with. */
export function addErrorAnswers(document: OpenAPIObject): OpenAPIObject {
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: PROBLEM_SCHEMA },
  };
  for (const { get } of Object.values(document.paths)) {
    if (get !== undefined) addTo(get);
  }
  return document;
}

function addTo(operation: Operation): void {
  const slugs: ProblemSlug[] = [...(ERRORS[operation.operationId ?? ''] ?? []), 'internal-error'];
  const byStatus = Map.groupBy(slugs, (slug) => PROBLEMS[slug].status);
  for (const [status, group] of byStatus) operation.responses[String(status)] = answerFor(group);
}

function answerFor(slugs: readonly ProblemSlug[]): Answer {
  return {
    description: slugs.map((slug) => PROBLEMS[slug].title).join('; or: '),
    content: {
      'application/problem+json': {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: Object.fromEntries(slugs.map((slug) => [slug, { value: example(slug) }])),
      },
    },
  };
}

function example(slug: ProblemSlug): object {
  const { status, title } = PROBLEMS[slug];
  return {
    type: `/problems/${slug}`,
    title,
    status,
    instance: '/v1/tasks?status=RUNING',
    requestId: '6f1f3a52-4c0e-4b0e-9a55-1f8a3d0c7b11',
    ...DETAILS[slug],
  };
}

const MISSING = [
  {
    feed: 'sources/kubernetes/feeds/-',
    state: 'FAILED',
    reason: 'UNREACHABLE',
    message: 'The feed could not be read. No connection to the upstream could be made or kept.',
    lastSuccessTime: null,
  },
];

const BAD_STATUS =
  'found "RUNING", allowed is PENDING, RUNNING, PAUSED, SUCCEEDED, FAILED, TIMED_OUT, SKIPPED, STOPPED or UNKNOWN';

const DETAILS: Record<ProblemSlug, object> = {
  'invalid-parameter': {
    detail: `status: ${BAD_STATUS}`,
    errors: [{ parameter: 'status', detail: BAD_STATUS }],
  },
  'invalid-page-token': {
    detail: 'pageToken: the token belongs to a call with other parameters',
    errors: [{ parameter: 'pageToken', detail: 'the token belongs to a call with other parameters' }],
  },
  'bad-request': { detail: 'The request cannot be understood.' },
  'not-found': { detail: 'There is no such path.' },
  'task-not-found': { detail: 'No feed of the source has a task of that id.' },
  'source-not-found': { detail: 'No source of that id is configured.' },
  'method-not-allowed': { detail: 'found POST, allowed is GET, HEAD' },
  'internal-error': { detail: 'The gateway failed to answer.' },
  'no-source-available': { detail: 'No feed in scope could be read.', problems: MISSING },
  'incomplete-answer': { detail: 'The answer would lack 1 of 7 feeds.', problems: MISSING },
  'task-unknown': { detail: 'The task may be in a feed that could not be read.', problems: MISSING },
  'nothing-cached': { detail: 'No feed in scope has a snapshot.' },
};

const PROBLEM_SCHEMA = {
  type: 'object',
  description: 'An error answer (RFC 9457).',
  required: ['type', 'title', 'status', 'detail', 'instance', 'requestId'],
  properties: {
    type: { type: 'string', description: 'The kind of problem: a page that explains it.' },
    title: { type: 'string' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: { type: 'string', description: 'What is wrong this time.' },
    instance: { type: 'string', description: 'The path and query that were asked for.' },
    requestId: { type: 'string', description: 'Names this call in the log of the gateway.' },
    errors: {
      type: 'array',
      description: 'One entry for each bad parameter.',
      items: {
        type: 'object',
        required: ['parameter', 'detail'],
        properties: { parameter: { type: 'string' }, detail: { type: 'string' } },
      },
    },
    problems: {
      type: 'array',
      description: 'Why each missing feed is missing.',
      items: { $ref: '#/components/schemas/FeedProblem' },
    },
  },
};
