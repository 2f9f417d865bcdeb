import type { OpenAPIObject } from '@nestjs/swagger';
import type { NeededScope } from '@/access/route/needs-scope.js';
import type { ProblemsByStatus, StatedProblems } from '../problem/problems.decorator.js';

type Components = NonNullable<OpenAPIObject['components']>;
type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** How callers say who they are. */
export const SECURITY_SCHEMES: Components['securitySchemes'] = {
  apiKey: {
    type: 'apiKey',
    in: 'header',
    name: 'X-API-Key',
    description: 'An API key of this gateway. It may also be sent as `Authorization: Bearer`.',
  },
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'An OIDC access token (RFC 9068) of an issuer that the gateway trusts, or an API key.',
  },
};

const REFUSALS: ProblemsByStatus = {
  401: ['unauthenticated'],
  403: ['forbidden'],
  429: ['rate-limited'],
  503: ['issuer-unavailable'],
};

/** Describes in an operation which scope its callers need. Answers its problems, those of other callers included. */
export function describeNeededScope(
  operation: Operation,
  scope: NeededScope,
  stated: StatedProblems,
): StatedProblems {
  if (scope === 'none') return stated;
  operation.security = [{ apiKey: [scope] }, { bearer: [scope] }];
  operation.description = `${operation.description ?? ''} Needs the scope \`${scope}\`, if the gateway has access control.`;
  const problems: Record<number, ProblemsByStatus[number]> = { ...stated.problems };
  for (const [status, slugs] of Object.entries(REFUSALS)) {
    const isLimited = scope !== 'metrics:read';
    if (status === '429' && !isLimited) continue;
    problems[Number(status)] = [...(problems[Number(status)] ?? []), ...slugs];
  }
  const forbidden = { detail: `This needs the scope ${scope}, which the credential does not have.` };
  return { problems, examples: { forbidden, ...stated.examples } };
}
