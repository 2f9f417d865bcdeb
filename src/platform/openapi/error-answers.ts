import type { OpenAPIObject } from '@nestjs/swagger';
import { PROBLEMS, type ProblemSlug } from '../problem/api-problem.js';
import { problemExample } from './problem-examples.js';
import { PROBLEM_SCHEMAS } from './problem-schema.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Answer = NonNullable<Operation['responses'][string]>;
type ErrorsByStatus = Readonly<Record<number, readonly ProblemSlug[]>>;

const LIGHT: ErrorsByStatus = { 400: ['invalid-parameter'], 503: ['overloaded'] };
/** An id in the path may be longer than the gateway takes. */
const LONG_ID: ErrorsByStatus = { 414: ['bad-request'] };

/** Which errors each operation may answer with, besides an internal one. */
const ERRORS: Readonly<Record<string, ErrorsByStatus>> = {
  listTasks: {
    400: ['invalid-parameter', 'invalid-page-token'],
    503: ['no-source-available', 'incomplete-answer', 'overloaded'],
    504: ['no-source-available', 'nothing-cached'],
  },
  getTask: {
    ...LONG_ID,
    400: ['invalid-parameter'],
    404: ['task-not-found'],
    503: ['task-unknown', 'incomplete-answer', 'overloaded'],
    504: ['nothing-cached'],
  },
  listSources: LIGHT,
  getSource: { ...LIGHT, ...LONG_ID, 404: ['source-not-found'] },
  listProviders: LIGHT,
};

/** What any request may be answered with, whatever it asks for: the same answers in every operation. */
const REFUSALS = {
  NotAcceptable: 'not-acceptable',
  RequestTimeout: 'request-timeout',
  HeadersTooLarge: 'headers-too-large',
} as const satisfies Record<string, ProblemSlug>;

const RETRY_AFTER = {
  description: 'After how many seconds to ask again: always with `overloaded`, else where it is known.',
  required: false,
  schema: { type: 'integer', minimum: 1 } as const,
  example: 1,
};

const RETRIED: ReadonlySet<ProblemSlug> = new Set(['overloaded', 'no-source-available', 'task-unknown']);

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

function addTo(operation: Operation, path: string): void {
  for (const [name, slug] of Object.entries(REFUSALS)) {
    operation.responses[PROBLEMS[slug].status] = { $ref: `#/components/responses/${name}` };
  }
  const errors: ErrorsByStatus = { ...ERRORS[operation.operationId ?? ''], 500: ['internal-error'] };
  for (const [status, slugs] of Object.entries(errors)) {
    const examples: Record<string, { value: object }> = {};
    for (const slug of slugs) examples[slug] = { value: problemExample(slug, Number(status), path) };
    operation.responses[status] = answerWith(slugs, examples);
  }
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
