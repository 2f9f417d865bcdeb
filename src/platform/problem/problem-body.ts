import { PROBLEMS, type ApiProblem } from './api-problem.js';
import { feedProblemBody } from './feed-problem.js';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json; charset=utf-8';

/** The body of an error answer (RFC 9457). */
export function problemBody(problem: ApiProblem, instance: string, requestId: string): object {
  const { errors, problems } = problem.extras;
  return {
    type: `/problems/${problem.slug}`,
    title: PROBLEMS[problem.slug].title,
    status: problem.status,
    detail: problem.detail,
    instance,
    requestId,
    ...(errors && { errors }),
    ...(problems && { problems: problems.map(feedProblemBody) }),
  };
}
