import type { OpenAPIObject } from '@nestjs/swagger';
import { PROBLEMS, type ProblemSlug } from '../problem/api-problem.js';
import { STATED_PROBLEMS, type StatedProblems } from '../problem/problems.decorator.js';
import { problemExample } from './problem-examples.js';
import { PROBLEM_SCHEMAS } from './problem-schema.js';

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
  const { problems, examples } = takeStatedProblems(operation);
  for (const [status, slugs] of Object.entries({ ...problems, 500: ['internal-error'] as const })) {
    const values = slugs.map((slug: ProblemSlug) => {
      const value = { ...problemExample(slug, Number(status), path), ...examples[slug] };
      return [slug, { value }] as const;
    });
    operation.responses[status] = answerWith(slugs, Object.fromEntries(values));
  }
}

function takeStatedProblems(operation: Operation): StatedProblems {
  const extended = operation as { [STATED_PROBLEMS]?: StatedProblems };
  const stated = extended[STATED_PROBLEMS] ?? { problems: {}, examples: {} };
  Reflect.deleteProperty(extended, STATED_PROBLEMS);
  return stated;
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
