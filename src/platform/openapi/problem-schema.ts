/** The schemas of error answers (RFC 9457), by name. */
export const PROBLEM_SCHEMAS = {
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
