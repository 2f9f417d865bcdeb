import { ApiExtension } from '@nestjs/swagger';
import type { ProblemSlug } from './api-problem.js';

/** The problems that an operation may answer with, by status, besides those that any request may meet. */
export type ProblemsByStatus = Readonly<Record<number, readonly ProblemSlug[]>>;

/** What `@Problems` leaves with an operation until its answers are described. */
export interface StatedProblems {
  readonly problems: ProblemsByStatus;
  /** What the example of a problem says at this operation, where the usual one does not fit. */
  readonly examples: Partial<Record<ProblemSlug, object>>;
}

/** The name of the extension; the finished document has none of them. */
export const STATED_PROBLEMS = 'x-stated-problems';

/** States, beside a handler, which problems it may answer with: the OpenAPI document describes them. */
export function Problems(
  problems: ProblemsByStatus,
  examples: StatedProblems['examples'] = {},
): MethodDecorator {
  return ApiExtension(STATED_PROBLEMS, { problems, examples } satisfies StatedProblems);
}
