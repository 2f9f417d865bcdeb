import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { FeedCollection, FeedScope } from '@/model/collection.js';
import type { Scope } from '@/model/scope.js';

/** Who makes a request, and what there is for them. */
export interface Caller {
  /** For the log. */
  readonly name: string;
  /** The sources that the caller may use the handler's scope for: to the caller, there are no others. */
  readonly collection: FeedCollection;
  /** Throws a 403 problem if the caller lacks another scope for a source that the question is about. */
  readonly assertMayUse: (scope: Scope, question: FeedScope) => void;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Absent before the guard has let the request through, and on paths that need no scope. */
    caller?: Caller;
  }
}

/** The caller of a handler that needs a scope. */
export const CallerOf = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<FastifyRequest>();
  if (caller === undefined) throw new Error('a handler that states no scope asks for its caller');
  return caller;
});
