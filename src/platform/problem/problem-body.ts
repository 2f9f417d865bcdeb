import { PROBLEMS, type ApiProblem } from './api-problem.js';
import { feedProblemBody } from './feed-problem.js';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json; charset=utf-8';

/** The request that a problem answers. */
export interface ProblemRequest {
  /** What the client asked for. */
  readonly instance: string;
  readonly requestId: string;
  /** Where the gateway is served; the pages of problems are below it. */
  readonly basePath: string;
}

/** The body of an error answer (RFC 9457). */
export function problemBody(problem: ApiProblem, { instance, requestId, basePath }: ProblemRequest): object {
  const { errors, problems } = problem.extras;
  return {
    type: `${basePath}/problems/${problem.slug}`,
    title: PROBLEMS[problem.slug].title,
    status: problem.status,
    detail: problem.detail,
    instance,
    requestId,
    ...(errors && { errors }),
    ...(problems && { problems: problems.map(feedProblemBody) }),
  };
}
