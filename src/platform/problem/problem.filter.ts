import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { ApiProblem } from './api-problem.js';
import { PROBLEM_MEDIA_TYPE, problemBody } from './problem-body.js';

/** The one funnel: whatever a request ends in that is not an answer becomes a problem. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(fault: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.send(fault, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  send(fault: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const problem = asProblem(fault);
    if (problem.slug === 'internal-error') {
      this.log.error({ err: fault, requestId: request.id }, 'a request failed for a reason of our own');
    }
    void reply
      .status(problem.status)
      .headers({
        'content-type': PROBLEM_MEDIA_TYPE,
        'cache-control': 'no-store',
        'x-request-id': request.id,
        ...problem.extras.headers,
      })
      .send(JSON.stringify(problemBody(problem, request.url, request.id)));
  }
}

/** Names the problem behind anything thrown, without a word of its message: that could hold anything. */
function asProblem(fault: unknown): ApiProblem {
  if (fault instanceof ApiProblem) return fault;
  const status = statusOf(fault);
  if (status === 404) return new ApiProblem('not-found', 'There is no such path.');
  if (status >= 400 && status < 500) {
    return new ApiProblem('bad-request', 'The request cannot be understood.', { status });
  }
  return new ApiProblem('internal-error', 'The gateway failed to answer.');
}

function statusOf(fault: unknown): number {
  if (fault instanceof HttpException) return fault.getStatus();
  const status = (fault as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : 500;
}
