import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { ApiProblem } from './api-problem.js';
import { PROBLEM_MEDIA_TYPE, problemBody } from './problem-body.js';

/** Turns everything that a request fails with into a problem answer. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly log: Logger,
    private readonly basePath: string,
  ) {}

  catch(fault: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.send(fault, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  send(fault: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const problem = asProblem(fault, this.basePath);
    const about = { instance: request.originalUrl, requestId: request.id, basePath: this.basePath };
    if (problem.slug === 'internal-error') {
      this.log.error({ err: fault, requestId: request.id }, 'internal error while handling a request');
    }
    void reply
      .status(problem.status)
      .headers({
        'content-type': PROBLEM_MEDIA_TYPE,
        'cache-control': 'no-store',
        'x-request-id': request.id,
        ...problem.extras.headers,
      })
      .send(JSON.stringify(problemBody(problem, about)));
  }
}

/** The problem for anything thrown. Its message is not passed on, because it could contain anything. */
function asProblem(fault: unknown, basePath: string): ApiProblem {
  if (fault instanceof ApiProblem) return fault;
  const status = statusOf(fault);
  if (status === 404) {
    return new ApiProblem('not-found', `There is no such path. GET ${basePath}/docs lists them.`);
  }
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
